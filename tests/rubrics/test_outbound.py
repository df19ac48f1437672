"""Where requests go, and where they do not; against a real server that behaves badly."""

import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from rubrics import outbound
from rubrics.outbound import Answer, Failed, Refused, Rules, examine, post
from tests import receiver
from tests.factories import NOON
from tests.receiver import Receiver, receiving

HERE = Rules([ip_network("127.0.0.0/8")])
NOWHERE = Rules()


def names(*addresses: str) -> outbound.Lookup:
    """A lookup that knows these addresses, whatever is asked for."""

    def known(host: str, port: int) -> Sequence[str]:
        return addresses

    return known


def send(there: Receiver, *, seconds: float = 5.0, rules: Rules = HERE) -> Answer:
    return post(there.address, b"{}", {"X-Mine": "1"}, rules, seconds=seconds)


# --- where nothing goes ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f.1",
        "0x7f000001",
        "0",
        "0.0.0.0",
        "localhost",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.0.1",
        "100.64.0.1",
        "169.254.169.254",
        "192.0.0.192",
        "168.63.129.16",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b:1::7f00:1]",
        "[2002:7f00:1::]",
        "[2001:0:7f00:1::]",
        "[fe80::1]",
        "[fc00::1]",
        "[fd00:ec2::254]",
        "[ff02::1]",
        "[2001:db8::1]",
    ],
)
def test_no_way_to_write_a_private_address_is_let_through(host: str) -> None:
    with pytest.raises(Refused, match="private network"):
        examine(f"https://{host}/hook", NOWHERE)


@pytest.mark.parametrize(
    "address",
    [
        *("", "hook", "//x.example/", "ftp://x.example/", "file:///etc/passwd", "https://"),
        *("https://user@x.example/", "https://:pw@x.example/", "https://x.example:22/"),
        *("https://x.example:25/", "https://x.example:70000/", "https://x\x00.example/"),
        *("gopher://x.example/", "https://0177.0.0.1/"),
    ],
)
def test_what_is_no_address_of_the_web_is_refused(address: str) -> None:
    with pytest.raises(Refused):
        examine(address, NOWHERE, lookup=names("93.184.215.14"))


@pytest.mark.parametrize(
    "found",
    [["93.184.215.14"], ["2606:2800:21f:cb07:6820:80da:af6b:8b2c"], ["64:ff9b::5db8:d70e"]],
)
@pytest.mark.parametrize("port", ["", ":443", ":80", ":8443"])
def test_the_internet_is_let_through(found: list[str], port: str) -> None:
    examine(f"https://x.example{port}/hook", NOWHERE, lookup=names(*found))


def test_one_private_address_among_others_refuses_the_name() -> None:
    with pytest.raises(Refused, match=r"x\.example is in a private network"):
        examine("https://x.example/", NOWHERE, lookup=names("93.184.215.14", "10.0.0.1"))


def test_http_is_for_an_operators_own_networks_alone() -> None:
    own = Rules([ip_network("10.1.0.0/16")])
    examine("http://x.example/", own, lookup=names("10.1.2.3"))
    examine("http://x.example/", own, lookup=names("::ffff:10.1.2.3"))
    with pytest.raises(Refused, match="Use https://"):
        examine("http://x.example/", own, lookup=names("93.184.215.14"))
    with pytest.raises(Refused, match="private network"):
        examine("http://x.example/", own, lookup=names("10.2.0.1"))


def test_a_name_that_nobody_has_is_said() -> None:
    def unknown(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with pytest.raises(Failed, match=r"There is no host named nobody\.invalid"):
        examine("https://nobody.invalid/", NOWHERE, lookup=unknown)
    with pytest.raises(Failed, match="no host named"):
        examine("https://x.example/", NOWHERE, lookup=names())


def test_a_name_that_is_rebound_after_it_was_looked_at_leads_nowhere() -> None:
    """The lookup that is judged is the one that is connected to."""
    answers = iter([["93.184.215.14"], ["127.0.0.1"]])

    def rebound(host: str, port: int) -> Sequence[str]:
        return next(answers)

    with receiving() as there:
        address = f"https://x.example:{there.port}/"
        examine(address, NOWHERE, lookup=rebound)
        with pytest.raises(Refused, match="private network"):
            post(address, b"", {}, NOWHERE, lookup=rebound)
        assert there.connected == 0


def test_a_request_asks_for_the_name_once_and_connects_to_what_was_found() -> None:
    asked = []

    def once(host: str, port: int) -> Sequence[str]:
        asked.append((host, port))
        return ["127.0.0.1"]

    with receiving() as there:
        address = f"http://hooks.example:{there.port}/x?y=1"
        assert post(address, b"{}", {}, HERE, lookup=once).status == 200
        assert asked == [("hooks.example", there.port)]
        (got,) = there.got
        assert (got.line, got.headers["host"]) == (
            "POST /x?y=1 HTTP/1.1",
            f"hooks.example:{there.port}",
        )


def test_of_two_addresses_the_one_that_answers_is_used() -> None:
    with receiving() as there:
        address = f"http://x.example:{there.port}/"
        both = names("127.0.0.9", "127.0.0.1")
        assert post(address, b"", {}, HERE, lookup=both).status == 200


def test_a_proxy_of_the_environment_is_passed_by(monkeypatch: pytest.MonkeyPatch) -> None:
    with receiving() as proxy, receiving() as there:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert send(there).status == 200
        assert (proxy.connected, there.connected) == (0, 1)


# --- what comes back ------------------------------------------------------------------------


def test_a_post_arrives_as_it_was_sent() -> None:
    with receiving(receiver.answer("202 Accepted", body=b"thanks")) as there:
        assert send(there) == Answer(202, "thanks", "")
        (got,) = there.got
        assert (got.body, got.headers["x-mine"]) == (b"{}", "1")


def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    with receiving() as elsewhere:
        moved = receiver.answer("302 Found", f"Location: {elsewhere.address}")
        with receiving(moved) as there:
            assert send(there).status == 302
        assert elsewhere.connected == 0


@pytest.mark.parametrize("behaviour", [receiver.hang, receiver.drip, receiver.drip_body])
def test_whoever_is_slow_gets_the_seconds_and_no_more(behaviour: receiver.Behaviour) -> None:
    """Were it each wait that ends, the test would never."""
    with receiving(behaviour) as there, pytest.raises(Failed, match=r"within 0\.3 seconds"):
        send(there, seconds=0.3)


def test_a_name_that_takes_for_ever_to_look_up_is_not_waited_for() -> None:
    over = threading.Event()

    def slow(host: str, port: int) -> Sequence[str]:
        over.wait()
        return ["127.0.0.1"]

    with pytest.raises(Failed, match=r"within 0\.1 seconds"):
        post("http://x.example/", b"", {}, HERE, lookup=slow, seconds=0.1)
    over.set()


def test_of_an_endless_answer_the_beginning_is_kept_without_what_cannot_be_shown() -> None:
    with receiving(receiver.endless) as there:
        found = send(there)
    assert found.status == 500
    assert len(found.text) <= outbound.KEPT
    assert found.text.startswith("<b>much </b> <b>much")
    assert found.text.isprintable()


def test_a_packed_answer_is_not_unpacked() -> None:
    packed = receiver.answer("500 Oh", "Content-Encoding: gzip", body=b"\x1f\x8b not gzip")
    with receiving(packed) as there:
        assert "not gzip" in send(there).text
        assert there.got[0].headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("behaviour", [receiver.reset, receiver.garbage])
def test_a_connection_that_breaks_off_is_said(behaviour: receiver.Behaviour) -> None:
    with receiving(behaviour) as there, pytest.raises(Failed, match="broke off"):
        send(there)


def test_where_nobody_listens_is_said() -> None:
    with receiving() as there:
        pass
    with pytest.raises(Failed, match="Nobody answers there"):
        send(there)


# --- certificates ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of hooks.example with its key, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hooks.example")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOON - timedelta(days=3650))
        .not_valid_after(NOON + timedelta(days=36500))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("hooks.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "hooks.pem"
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, form, plain)
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def secure(certificate: Path) -> Iterator[Receiver]:
    with receiving(certificate=certificate) as there:
        yield there


def test_the_certificate_is_that_of_the_name_not_of_the_address(
    secure: Receiver, certificate: Path
) -> None:
    trust = ssl.create_default_context(cafile=str(certificate))
    for host, is_good in (("hooks.example", True), ("other.example", False), ("127.0.0.1", False)):
        address = f"https://{host}:{secure.port}/"
        if is_good:
            found = post(address, b"{}", {}, HERE, lookup=names("127.0.0.1"), trust=trust)
            assert found.status == 200
        else:
            with pytest.raises(Failed, match="The connection is not secure"):
                post(address, b"{}", {}, HERE, lookup=names("127.0.0.1"), trust=trust)
    assert len(secure.got) == 1


def test_a_certificate_that_nobody_vouches_for_is_refused(secure: Receiver) -> None:
    address = f"https://hooks.example:{secure.port}/"
    with pytest.raises(Failed, match="not secure: self"):
        post(address, b"{}", {}, HERE, lookup=names("127.0.0.1"))
    assert not secure.got


def test_a_client_that_keeps_the_rules_does_not_change_to_http() -> None:
    transport = outbound.Transport(HERE, is_plain=False)
    with (
        receiving() as there,
        httpx2.Client(transport=transport, trust_env=False) as client,
        pytest.raises(Refused, match="between http and https"),
    ):
        client.get(there.address)
