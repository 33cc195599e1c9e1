"""Which addresses are dialled, and whom a certificate convinces."""

import datetime
import ipaddress
import socket
import ssl
import time

import pytest
from pytest_django import Settings

from notifications import dial
from notifications.transports import webhook
from notifications.transports.webhook import NoAnswer
from tests.notifications.certificates import Authority
from tests.notifications.conftest import Names
from tests.notifications.receivers import Receiver, receiver

pytestmark = pytest.mark.usefixtures("allow_loopback")


def send(url: str) -> int:
    return webhook.post(url, body=b"{}", headers={}).status


def failure(url: str) -> tuple[str, str]:
    with pytest.raises(NoAnswer) as failed:
        send(url)
    return failed.value.code, failed.value.text


def at(host: str, server: Receiver) -> str:
    return server.url.replace("127.0.0.1", host)


def test_a_name_is_looked_up_once_and_the_answer_is_dialled(names: Names) -> None:
    with receiver() as server:
        names["receiver.test"] = [["127.0.0.1"]]
        assert send(at("receiver.test", server)) == 200
        assert names.asked == 1
        assert server.received[0].headers["Host"] == f"receiver.test:{server.port}"


def test_a_name_that_leads_inside_is_never_dialled(names: Names, settings: Settings) -> None:
    settings.WEBHOOK_ALLOWED_NETWORKS = []
    for address in ("127.0.0.1", "10.0.0.1", "169.254.169.254", "100.100.100.200", "192.0.0.192"):
        names["inside.example.com"] = [[address]]
        assert failure("https://inside.example.com/")[0] == "blocked_address"


def test_one_bad_answer_among_good_ones_blocks_the_name(names: Names) -> None:
    with receiver() as server:
        for answers in (["127.0.0.1", "10.0.0.1"], ["10.0.0.1", "127.0.0.1"]):
            names["mixed.test"] = [answers]
            assert failure(at("mixed.test", server))[0] == "blocked_address"
        assert server.connections == 0


def test_a_name_that_turns_inside_between_two_attempts_reaches_nothing(names: Names, settings: Settings) -> None:
    with receiver() as canary:
        settings.WEBHOOK_ALLOWED_NETWORKS = [ipaddress.ip_network("127.0.0.2/32")]
        names["rebind.test"] = [["127.0.0.2"], ["127.0.0.1"]] * 20
        codes = {failure(at("rebind.test", canary))[0] for _ in range(40)}
        assert codes == {"no_connection", "blocked_address"}
        assert canary.connections == 0


def test_the_address_that_was_checked_is_the_one_that_is_dialled(names: Names) -> None:
    """A second look-up would find another server."""
    with receiver() as first, receiver(host="127.0.0.3") as second:
        names["rebind.test"] = [["127.0.0.1"], ["127.0.0.3"]]
        assert send(at("rebind.test", first)) == 200
        assert (len(first.received), second.connections) == (1, 0)


def test_plain_http_and_other_ports_need_an_allowed_address_behind_the_name(names: Names) -> None:
    names["public.test"] = [["93.184.216.34"]]
    assert failure("http://public.test/")[0] == "blocked_address"
    assert failure("https://public.test:8443/")[0] == "blocked_address"


def test_ipv6_answers_are_checked_too(names: Names) -> None:
    for address in ("::1", "::ffff:127.0.0.1", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1", "fd00:ec2::254"):
        names["six.test"] = [[address]]
        assert failure("http://six.test/")[0] == "blocked_address"


def test_the_next_address_is_tried_when_one_takes_no_connection(names: Names) -> None:
    with receiver() as server:
        names["two.test"] = [["127.0.0.9", "127.0.0.1"]]
        assert send(at("two.test", server)) == 200


def test_localhost_is_this_machine_whatever_dns_says(names: Names) -> None:
    names["localhost"] = [["10.0.0.1"]]
    with receiver() as server:
        assert send(at("localhost", server)) == 200
    assert names.asked == 0


def test_an_unknown_name_is_told(names: Names) -> None:
    assert failure("http://nobody.test/") == ("dns", "The host name could not be resolved.")


def test_a_look_up_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(*_args: object, **_kwargs: object) -> list[object]:
        time.sleep(1)
        return []

    monkeypatch.setattr(dial, "LOOK_UP_WITHIN", 0.2)
    monkeypatch.setattr(socket, "getaddrinfo", hang)
    started = time.monotonic()
    assert failure("http://slow.test/")[0] == "dns"
    assert time.monotonic() - started < 0.5


def test_a_certificate_of_a_trusted_authority_for_the_name_is_accepted(authority: Authority, names: Names) -> None:
    names["receiver.test"] = [["127.0.0.1"]]
    with receiver(authority.server("receiver.test")) as server:
        assert [send(at("receiver.test", server)) for _ in range(3)] == [200, 200, 200]
        assert server.connections == 1


def test_a_trailing_dot_of_the_name_does_not_confuse_the_certificate(authority: Authority, names: Names) -> None:
    names["receiver.test."] = [["127.0.0.1"]]
    with receiver(authority.server("receiver.test")) as server:
        assert send(at("receiver.test.", server)) == 200


def test_a_certificate_for_another_name_is_refused(authority: Authority, names: Names) -> None:
    names["receiver.test"] = [["127.0.0.1"]]
    with receiver(authority.server("other.test")) as server:
        code, text = failure(at("receiver.test", server))
        assert (code, len(server.received)) == ("tls", 0)
        assert "receiver.test" in text


@pytest.mark.parametrize(
    ("days", "is_self_signed", "word"), [(-1, False, "expired"), (1, True, "self-signed")], ids=["expired", "own"]
)
def test_a_certificate_that_proves_nothing_is_refused(
    days: int, is_self_signed: bool, word: str, authority: Authority, names: Names
) -> None:
    names["receiver.test"] = [["127.0.0.1"]]
    ends_in = datetime.timedelta(days=days)
    with receiver(authority.server("receiver.test", ends_in=ends_in, is_self_signed=is_self_signed)) as server:
        code, text = failure(at("receiver.test", server))
        assert (code, len(server.received)) == ("tls", 0)
        assert word in text.replace("self signed", "self-signed")


def test_tls_below_1_2_is_refused(authority: Authority, names: Names) -> None:
    names["receiver.test"] = [["127.0.0.1"]]
    old = authority.server("receiver.test")
    old.set_ciphers("ALL:@SECLEVEL=0")
    old.minimum_version = ssl.TLSVersion.TLSv1
    old.maximum_version = ssl.TLSVersion.TLSv1_1
    with receiver(old) as server:
        assert failure(at("receiver.test", server))[0] == "tls"


def test_https_to_a_server_that_speaks_http_is_told(names: Names) -> None:
    with receiver() as server:
        assert failure(server.url.replace("http:", "https:"))[0] == "tls"


def test_a_receiver_that_stalls_the_handshake_is_cut_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "WITHIN", 0.4)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert failure(f"https://127.0.0.1:{silent.getsockname()[1]}/")[0] == "timeout"
