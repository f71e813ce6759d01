"""What leaves for those who are called: by letter and by webhook, without a word of anybody."""

import pytest

from palaver.care.escalations.port import Alarm, NotTold
from palaver.care.escalations.sending import Sending
from palaver.care.on_call.ladder import Way
from palaver.care.on_call.settings import OnCall
from palaver.kit import mail
from palaver.kit.clock import SystemClock
from tests.mail import mail_server
from tests.unit.webhooks.receiving import down, receiving

ALARM = Alarm("esc_1", 2, "critical", "night", "2026-01-01T00:00:00.000000Z")
NIGHT = OnCall.model_validate({"name": "night", "mail": ("duty@example.org",)})


async def test_a_letter_says_how_urgent_it_is_and_where_to_answer_and_what_is_not_taken_is_known() -> None:
    async with mail_server() as server, receiving() as pager:
        by = mail.MailServer("127.0.0.1", server.port, "Palaver <palaver@example.org>", security="none")
        sending = Sending(by, "https://chat.example.org/counsellor", SystemClock(), deadline=5)
        try:
            await sending.tell(ALARM, NIGHT, Way("mail", "mail:1", "duty@example.org"))
            letter = await server.next()
            assert (letter["To"], letter["Subject"]) == ("duty@example.org", "Somebody needs you (critical)")
            said = letter.get_content()
            assert all(one in said for one in ("https://chat.example.org/counsellor", "night, alarm 2", "esc_1"))
            server.refuses = b"451 later"
            with pytest.raises(NotTold):
                await sending.tell(ALARM, NIGHT, Way("mail", "mail:1", "duty@example.org"))
            pager.behaves = down
            with pytest.raises(NotTold, match="503"):
                await sending.tell(ALARM, NIGHT, Way("webhook", "webhook:night", pager.url))
            assert pager.heard[0][0]["webhook-id"] == "esc_1.2"
        finally:
            await sending.close()
