"""What a browser must be safe from, in a real one: foreign servers, frames, what was uploaded, slipped-in cookies."""

import datetime as dt
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.browser.house import House, visit
from tests.promises import keeps


@keeps("page:guarded")
def test_every_page_says_what_it_may_do_and_breaks_nothing_of_it(opened: House) -> None:
    visit("find_every_page_guarded", opened)


@keeps("page:guarded")
def test_what_is_slipped_into_the_page_neither_runs_nor_loads(opened: House) -> None:
    visit("refuse_what_is_slipped_into_the_page", opened)


@keeps("page:guarded")
def test_the_page_stands_in_no_frame_and_whoever_opened_it_holds_nothing(opened: House) -> None:
    visit("stand_in_no_frame_and_have_no_opener", opened)


@keeps("page:nothing-leaves")
def test_nothing_that_was_said_reaches_a_foreign_server_by_itself(opened: House) -> None:
    visit("tell_no_foreign_server_anything", opened)


@keeps("page:guarded")
def test_what_was_uploaded_is_saved_and_never_run(opened: House) -> None:
    visit("run_nothing_that_was_uploaded", opened)


@keeps("identity:host-cookie")
def test_by_https_the_cookie_is_this_hosts_alone_and_goes_with_the_person(
    opened: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _make_certificate(tmp_path)
    monkeypatch.setenv("TLS_CERTIFICATE", str(tmp_path / "certificate.pem"))
    monkeypatch.setenv("TLS_KEY", str(tmp_path / "key.pem"))
    opened.palaver("user", "create", "host@example.org", said="correct horse battery staple\n")
    visit("keep_the_cookie_of_this_host_alone", opened)


def _make_certificate(folder: Path) -> None:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, *plain))
