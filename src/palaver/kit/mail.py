"""Hands one letter to a mail server (SMTP); it queues nothing, tries once, and knows nobody it writes to.

The standard library's client, in a thread: letters are few, and a mail server may take its time.
"""

import asyncio
import smtplib
import ssl
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid, parseaddr
from typing import Literal

from palaver.kit.clock import Clock
from palaver.kit.sealed import Sealed

Security = Literal["starttls", "tls", "none"]


class LetterRefused(Exception):
    """The mail server did not take a letter, or could not be asked; the message is for the log."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where letters are handed in, and as whom. Without TLS no password is sent, whatever the server says."""

    host: str
    port: int
    sender: str
    user: str | None = None
    password: Sealed[str] | None = None
    security: Security = "starttls"
    deadline: float = 20.0  # seconds for each step of the conversation


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter to one person, in plain text."""

    to: str
    subject: str
    text: str


async def deliver(server: MailServer, letter: Letter, clock: Clock) -> None:
    """Return when the mail server has taken it; raises `LetterRefused`."""
    message = written(server.sender, letter, clock)
    try:
        async with asyncio.timeout(server.deadline * 2):
            await asyncio.to_thread(_hand_in, server, letter.to, message)
    except (OSError, smtplib.SMTPException, TimeoutError) as error:
        raise LetterRefused(_why(error)) from error


def _why(error: Exception) -> str:
    """What went wrong, without the address, which the server's own words may repeat."""
    code = getattr(error, "smtp_code", None)
    return f"{type(error).__name__}{f' {code}' if code else ''}"


def written(sender: str, letter: Letter, clock: Clock) -> EmailMessage:
    """The letter with its headers. What would end a header and begin another one is refused by `LetterRefused`."""
    name, address = parseaddr(sender)
    message = EmailMessage(SMTP)
    try:
        message["From"] = Address(name, addr_spec=address)
        message["To"] = Address(addr_spec=letter.to)
        message["Subject"] = letter.subject
        message["Date"] = format_datetime(clock.now())
        message["Message-ID"] = make_msgid(domain=address.rpartition("@")[2] or None)
        message["Auto-Submitted"] = "auto-generated"  # so that no absence note answers (RFC 3834)
    except (ValueError, IndexError) as error:  # a line break, or no address: the library says which
        raise LetterRefused(f"The letter cannot be addressed: {error}") from error
    message.set_content(letter.text)
    return message


def _hand_in(server: MailServer, to: str, message: EmailMessage) -> None:
    context = ssl.create_default_context()
    if server.security == "tls":
        opened: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=server.deadline, context=context)
    else:
        opened = smtplib.SMTP(server.host, server.port, timeout=server.deadline)
    with opened as link:
        if server.security == "starttls":
            link.starttls(context=context)
        if server.user is not None and server.password is not None and server.security != "none":
            link.login(server.user, server.password.reveal())
        link.send_message(message, to_addrs=[to])
