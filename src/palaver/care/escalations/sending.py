"""Tells an alarm by webhook or by e-mail, once; when and how often is the jobs'. The console needs no telling."""

import msgspec

from palaver.care.escalations.port import Alarm, NotTold
from palaver.care.on_call.ladder import Way
from palaver.care.on_call.settings import OnCall
from palaver.kit.clock import Clock
from palaver.kit.http import AddressRefused, FetchFailed, Guard, Outside
from palaver.kit.mail import Letter, LetterRefused, MailServer, deliver
from palaver.tools.hooks.signing import headers

_READ = 4_096  # bytes of an answer that are read: only its status counts
# Who is called is the operator's word, a duty phone's bridge in the same house as well.
_GUARD = Guard(schemes=frozenset({"https", "http"}), private=True)


class Sending:
    """Sends alarms. Make it inside the running loop; close it at the end."""

    def __init__(self, mail: MailServer | None, console: str | None, clock: Clock, *, deadline: float) -> None:
        self._mail = mail
        self._console = console  # the address of the page on which it is answered, where somebody said it
        self._clock = clock
        self._deadline = deadline
        self._outside: Outside | None = None

    async def tell(self, alarm: Alarm, group: OnCall, way: Way) -> None:
        """See `port.Telling`."""
        if way.kind == "webhook":
            await self._post(alarm, group, way.to)
        elif way.kind == "mail":
            await self._write(alarm, way.to)

    async def close(self) -> None:
        """Close every connection."""
        if self._outside is not None:
            await self._outside.close()

    async def _post(self, alarm: Alarm, group: OnCall, url: str) -> None:
        body = msgspec.json.encode(
            {
                "type": "escalation",
                "escalation_id": alarm.escalation_id,
                "attempt": alarm.number,
                "level": alarm.level,
                "group": alarm.group,
                "created_at": alarm.since,
                "url": self._console,
            }
        )
        secret = group.webhook_secret.reveal() if group.webhook_secret else None
        try:
            signed = headers(secret, alarm.told_as, int(self._clock.now().timestamp()), body)
            reply = await self._network().send("POST", url, headers=signed, body=body, cut=True)
        except (AddressRefused, FetchFailed) as error:
            raise NotTold(str(error)) from error
        if not 200 <= reply.status < 300:
            raise NotTold(f"It answered with status {reply.status}.")

    async def _write(self, alarm: Alarm, address: str) -> None:
        if self._mail is None:
            raise NotTold("No mail server is set up.")
        try:
            await deliver(self._mail, _letter(alarm, address, self._console), self._clock)
        except LetterRefused as error:
            raise NotTold(str(error)) from error

    def _network(self) -> Outside:
        if self._outside is None:
            self._outside = Outside(_GUARD, deadline=self._deadline, limit=_READ)
        return self._outside


def _letter(alarm: Alarm, to: str, console: str | None) -> Letter:
    where = f"Answer here:\n\n{console}\n" if console else "Answer in the console of Palaver, at /counsellor.\n"
    text = (
        f"Somebody needs a person to answer. Urgency of response: {alarm.level}. "
        f"They have waited since {alarm.since[:16].replace('T', ' ')} UTC.\n\n{where}\n"
        f"Called: {alarm.group}, alarm {alarm.number}. Reference: {alarm.escalation_id}\n"
    )
    return Letter(to, f"Somebody needs you ({alarm.level})", text)
