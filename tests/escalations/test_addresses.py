"""Which URLs an agent may give for its answers, and which addresses are dialled. No database, no network."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from escalations import addresses
from escalations.addresses import UnusableAddress

LOOPBACK = [ipaddress.ip_network("127.0.0.0/8")]


@pytest.fixture(autouse=True)
def _nothing_is_allowed(settings: Settings) -> None:
    settings.WEBHOOK_ALLOWED_NETWORKS = []


def refusal(url: str) -> str:
    with pytest.raises(UnusableAddress) as refused:
        addresses.validate(url)
    return refused.value.code


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com",
        "https://example.com/",
        "https://example.com:443/hook",
        "HTTPS://Example.COM/Hook?a=1&b=%0d%0a",
        "https://example.com./hook",
        "https://hooks_internal.example.com/x",
        "https://xn--bcher-kva.example/",
        "https://8.8.8.8/",
        "https://[2606:4700:4700::1111]/hook",
        "https://example.com/a@b:c",
        "https://1.example.com/",
    ],
)
def test_a_public_https_url_is_accepted(url: str) -> None:
    addresses.validate(url)


@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254",
        "127.0.0.1",
        "0.0.0.0",
        "10.1.2.3",
        "172.31.255.255",
        "192.168.1.1",
        "100.100.100.200",
        "192.0.0.192",
        "168.63.129.16",
        "198.19.0.1",
        "192.88.99.1",
        "224.0.0.1",
        "255.255.255.255",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:a9fe:a9fe]",
        "[::127.0.0.1]",
        "[64:ff9b::a9fe:a9fe]",
        "[64:ff9b:1::a9fe:a9fe]",
        "[2002:a9fe:a9fe::1]",
        "[2001:0:a9fe::1]",
        "[2001:db8::1]",
        "[3fff::1]",
        "[5f00::1]",
        "[fd00:ec2::254]",
        "[fe80::1]",
        "[fec0::1]",
        "[ff02::1]",
        "[100::1]",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "localhost.localdomain",
        "agent.localhost",
        "ip6-localhost",
        "ip6-loopback",
    ],
)
def test_an_address_off_the_public_internet_is_refused(host: str) -> None:
    assert refusal(f"https://{host}/") == "private_address"
    assert refusal(f"http://{host}/") == "private_address"


@pytest.mark.parametrize(
    "host",
    [
        *("0x7f000001", "2130706433", "0177.0.0.1", "127.1", "0", "127.0.0.1.", "0x7f.0.0.1", "127.0.0.0x1"),
        *("1.2.3.4.5", "256.1.1.1", "127.0.0.01", "0x", "evil.com.1", "[::1", "[::1%25eth0]", "[127.0.0.1]"),
        *("[]", "", ".", "..", "a..b", "-a.com", "a-.com", "a" * 64 + ".com", "a." * 127 + "com", "[::1]x"),
        *("example.com%2f@x", "exa%6dple.com", "exam!ple.com", "a,b.com"),
    ],
)
def test_a_host_that_readers_may_read_differently_is_refused(host: str) -> None:
    assert refusal(f"https://{host}/") in {"url_host", "url_userinfo", "url_characters"}


@pytest.mark.parametrize(
    "url",
    [
        *(
            "file:///etc/passwd",
            "gopher://example.com/",
            "ftp://example.com/",
            "javascript:alert(1)",
            "data:,x",
        ),
        *(
            "//example.com/",
            "example.com",
            "",
            "https:example.com",
            "https:/example.com",
            "wss://example.com/",
        ),
        *(
            "http://example.com/",
            "http://8.8.8.8/",
            "https+x://example.com/",
            "://example.com",
            "mailto:a@b.c",
        ),
    ],
)
def test_only_https_is_accepted(url: str) -> None:
    assert refusal(url) == "url_scheme"


def test_a_url_without_a_host_is_refused() -> None:
    assert refusal("http:///x") == refusal("https://?x") == refusal("https://:443/") == "url_host"


@pytest.mark.parametrize("url", ["https://u:p@example.com/", "https://example.com@127.0.0.1/", "https://@example.com/"])
def test_a_user_name_in_the_url_is_refused(url: str) -> None:
    assert refusal(url) == "url_userinfo"


@pytest.mark.parametrize(
    "port", ["0", "22", "25", "80", "6379", "8443", "99999", "443abc", "", "-1", "+443", "4:4", "０"]
)
def test_only_port_443_is_accepted(port: str) -> None:
    assert refusal(f"https://example.com:{port}/") in {"url_port", "url_characters"}


@pytest.mark.parametrize("character", [*'\r\n\t\0 \\\x7f\x0b\u2028<>"^`{|}', "é", "。", "\u200b", "\ud800"])
def test_a_character_that_must_be_encoded_is_refused_anywhere(character: str) -> None:
    for url in (
        f"https://exa{character}mple.com/",
        f"https://example.com/{character}",
        f"{character}https://a.com/",
    ):
        assert refusal(url) == "url_characters"


def test_percent_forms_are_kept_as_they_are() -> None:
    assert addresses.validate("https://example.com/%0d%0a?q=%00").path == "/%0d%0a?q=%00"


def test_a_fragment_is_refused() -> None:
    assert refusal("https://example.com/#part") == "url_fragment"


def test_a_url_may_have_2000_characters_and_not_more() -> None:
    url = "https://example.com/" + "a" * 1980
    addresses.validate(url)
    assert refusal(url + "a") == "url_too_long"


@pytest.mark.parametrize("host", ["intranet", "metadata.google.internal", "printer.local", "db.lan", "nas.home.arpa."])
def test_a_name_that_exists_only_inside_a_network_is_refused(host: str) -> None:
    assert refusal(f"https://{host}/") == "private_name"


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9000/hook",
        "https://127.9.9.9:22/",
        "http://localhost:8080/",
        "http://x.localhost:1/",
    ],
)
def test_an_allowed_network_is_exempt_from_the_rules_of_address_scheme_and_port(url: str, settings: Settings) -> None:
    settings.WEBHOOK_ALLOWED_NETWORKS = LOOPBACK
    addresses.validate(url)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://10.0.0.1/", "private_address"),
        ("http://[::1]:9000/", "private_address"),
        ("http://[::ffff:127.0.0.1]/", "private_address"),
        ("http://8.8.8.8/", "url_scheme"),
        ("https://8.8.8.8:9000/", "url_port"),
        ("http://127.1/", "url_host"),
        ("http://u:p@127.0.0.1/", "url_userinfo"),
        ("http://127.0.0.1:0/", "url_port"),
    ],
)
def test_an_allowed_network_exempts_nothing_else(url: str, code: str, settings: Settings) -> None:
    settings.WEBHOOK_ALLOWED_NETWORKS = LOOPBACK
    assert refusal(url) == code


def test_with_an_allowed_network_the_rules_of_a_name_wait_for_the_dial(settings: Settings) -> None:
    settings.WEBHOOK_ALLOWED_NETWORKS = [ipaddress.ip_network("172.16.0.0/12")]
    target = addresses.validate("http://receiver:9000/hook")
    addresses.check(target, ipaddress.ip_address("172.17.0.5"))
    with pytest.raises(UnusableAddress) as private:
        addresses.check(target, ipaddress.ip_address("10.0.0.5"))
    with pytest.raises(UnusableAddress) as public:
        addresses.check(target, ipaddress.ip_address("93.184.216.34"))
    assert (private.value.code, public.value.code) == ("private_address", "url_scheme")


def test_a_url_comes_apart_into_what_is_dialled_and_what_is_asked_for() -> None:
    target = addresses.parse("HTTPS://[2606:4700::1]:8443?x=1")
    assert (target.scheme, target.host, target.port, target.path) == ("https", "2606:4700::1", 8443, "/?x=1")


@given(st.text(max_size=80) | st.from_regex(r"https?://[0-9a-fx.\[\]:@%\\/?#-]{0,40}", fullmatch=True))
def test_any_text_is_refused_in_plain_words_or_leads_to_port_443(url: str) -> None:
    assert _outcome(url) in {"443", "."}


def _outcome(url: str) -> str:
    """The port that is dialled, or how the refusal's text ends."""
    try:
        return str(addresses.validate(url).port)
    except UnusableAddress as refused:
        return refused.text[-1]
