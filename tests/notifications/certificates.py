"""A certificate authority for the length of a test."""

import datetime
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

DAY = datetime.timedelta(days=1)
SHA256 = hashes.SHA256()
SIGNS_CERTIFICATES = x509.KeyUsage(
    digital_signature=True,
    key_cert_sign=True,
    crl_sign=True,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    encipher_only=False,
    decipher_only=False,
)


class Authority:
    """Signs certificates for hosts; its own is in the file `path`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = _named("Test authority")
        own = _certificate(self.name, self.key, issuer=self.name, ends_in=DAY)
        own = own.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        own = own.add_extension(SIGNS_CERTIFICATES, critical=True)
        self.path = folder / "authority.pem"
        self.path.write_bytes(_pem(own.sign(self.key, SHA256)))

    def server(self, host: str, *, ends_in: datetime.timedelta = DAY, is_self_signed: bool = False) -> ssl.SSLContext:
        """The TLS side of a server whose certificate names `host`."""
        key = ec.generate_private_key(ec.SECP256R1())
        issuer = _named(host) if is_self_signed else self.name
        signer = key if is_self_signed else self.key
        issued_by = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
        certificate = _certificate(_named(host), key, issuer=issuer, ends_in=ends_in)
        certificate = certificate.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        signed = certificate.add_extension(issued_by, critical=False).sign(signer, SHA256)
        pem = self.folder / f"{host}.pem"
        pem.write_bytes(_pem(signed) + _key_pem(key))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        return context


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _certificate(
    subject: x509.Name, key: ec.EllipticCurvePrivateKey, *, issuer: x509.Name, ends_in: datetime.timedelta
) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - 30 * DAY)
        .not_valid_after(now + ends_in)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
