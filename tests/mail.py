"""A mail server on this machine that takes what is handed in, or fails as it is told; it delivers nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import cast

PATIENCE = 20.0


@dataclass
class MailServer:
    """What came, and how to answer: `refuses` is said instead of taking a letter."""

    port: int = 0
    refuses: bytes = b""
    tried: int = 0
    _letters: asyncio.Queue[EmailMessage] = field(default_factory=asyncio.Queue)

    async def next(self) -> EmailMessage:
        """The next letter."""
        async with asyncio.timeout(PATIENCE):
            return await self._letters.get()

    @property
    def waiting(self) -> int:
        """Letters that came and were not looked at."""
        return self._letters.qsize()

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One conversation of SMTP."""
        writer.write(b"220 here\r\n")
        while line := (await reader.readline()).strip():
            word = line[:4].upper()
            if word == b"DATA":
                self.tried += 1
                writer.write(b"354 go on\r\n")
                whole = await reader.readuntil(b"\r\n.\r\n")
                if self.refuses:
                    writer.write(self.refuses + b"\r\n")
                    continue
                message = message_from_bytes(whole[:-3].replace(b"\r\n..", b"\r\n."), policy=policy.default)
                self._letters.put_nowait(cast(EmailMessage, message))
            writer.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
            if word == b"QUIT":
                break
        writer.close()


@asynccontextmanager
async def mail_server() -> AsyncIterator[MailServer]:
    """It listens for as long as the test lasts."""
    mail = MailServer()
    async with await asyncio.start_server(mail.talk, "127.0.0.1", 0) as server:
        mail.port = server.sockets[0].getsockname()[1]
        yield mail


def secret_in(letter: EmailMessage, name: str) -> str:
    """What stands in the link of a letter behind `#name=`."""
    text = letter.get_content()
    return text.partition(f"/#{name}=")[2].split()[0]
