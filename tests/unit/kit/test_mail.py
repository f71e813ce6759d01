"""Handing letters to a mail server, over real sockets."""

import pytest

from palaver.kit.clock import ManualClock
from palaver.kit.mail import Letter, LetterRefused, MailServer, deliver, written
from tests import mail

SENDER = "Palaver <palaver@example.org>"


def at(port: int, **more: object) -> MailServer:
    return MailServer(host="127.0.0.1", port=port, sender=SENDER, **{"security": "none", **more})  # type: ignore[arg-type]


async def test_a_letter_arrives_as_it_was_written() -> None:
    async with mail.mail_server() as server:
        text = "Dear Ada,\n.\nNimefurahi – asante. https://x.example/#reset=" + "a" * 90 + "\n"
        await deliver(at(server.port), Letter("ada@example.org", "Ünter dem Baum", text), ManualClock())
        letter = await server.next()
    assert (letter["From"], letter["To"], letter["Subject"]) == (SENDER, "ada@example.org", "Ünter dem Baum")
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter.get_content().replace("\r\n", "\n") == text


@pytest.mark.parametrize("to", ["ada@example.org\r\nBcc: eve@example.org", "ada@example.org\n", "nobody", ""])
def test_an_address_begins_no_other_header(to: str) -> None:
    with pytest.raises(LetterRefused):
        written(SENDER, Letter(to, "Hello", "Hello"), ManualClock())


def test_neither_does_a_subject() -> None:
    with pytest.raises(LetterRefused):
        written(SENDER, Letter("ada@example.org", "Hello\r\nBcc: eve@example.org", "Hello"), ManualClock())


async def test_where_the_way_is_to_be_protected_nothing_is_sent_on_one_that_is_not() -> None:
    async with mail.mail_server() as server:
        letter = Letter("ada@example.org", "Hello", "Hello")
        for security in ("starttls", "tls"):
            with pytest.raises(LetterRefused):
                await deliver(at(server.port, security=security, deadline=2.0), letter, ManualClock())
        assert (server.tried, server.waiting) == (0, 0)


async def test_a_mail_server_that_refuses_or_is_not_there_is_told_without_the_address() -> None:
    async with mail.mail_server() as server:
        server.refuses = b"550 no such user ada@example.org"
        with pytest.raises(LetterRefused) as refused:
            await deliver(at(server.port), Letter("ada@example.org", "Hello", "Hello"), ManualClock())
        port = server.port
    assert "550" in str(refused.value)
    assert "ada" not in str(refused.value)
    with pytest.raises(LetterRefused):
        await deliver(at(port), Letter("ada@example.org", "Hello", "Hello"), ManualClock())
