"""What others hear in place of what is for the asker alone: the same number, and everything else as it was."""

import json

from palaver.core.care import HelpShown
from palaver.core.events import CareTold, MessageFinished, Stamped, TextGrew
from palaver.core.ids import MessageId, RunId, Seq, SessionId, UserId
from palaver.core.messages import Message, TextPart, ToolCallPart
from palaver.runs.confided import as_told_to, confidential, for_others
from palaver.runs.records import kind, record
from palaver.runs.told import Address, Told

CALLED = ToolCallPart(call_id="c1", name="ask", arguments={"help": {"message": "stays"}})
ANSWER = Message(
    id=MessageId("msg_1"),
    session_id=SessionId("ses_1"),
    role="assistant",
    parts=(CALLED, TextPart(text='"help": stays')),
    text='"help": stays',
    created_at="2026-11-22T06:00:00Z",
    help=HelpShown(resources=(), message="Call somebody.", escalation_id="esc_1"),
)
EVENTS = (TextGrew(content="a"), CareTold(level="high", resources=(), message="Call."), MessageFinished(message=ANSWER))
STAMPED = [Stamped(Seq(number), event) for number, event in enumerate(EVENTS, 1)]
LINES = [(one.seq, record(one.seq, one.event)) for one in STAMPED]


def test_help_goes_and_nothing_else_and_numbers_stay() -> None:
    text, care, message = [for_others(*line) for line in LINES]
    assert text == LINES[0][1]
    assert json.loads(care) == {"type": "control", "seq": 2}
    whole = json.loads(LINES[2][1])
    assert whole["message"].pop("help")["escalation_id"] == "esc_1"
    assert json.loads(message) == whole
    assert [confidential([one]) for one in STAMPED] == [False, True, True]


def test_what_is_for_somebody_who_did_not_ask_is_told_them_and_nobody_else() -> None:
    asker, other = UserId("usr_1"), UserId("usr_2")
    line = record(Seq(4), CareTold(level="high", resources=(), user_id=other))
    told = Told(Address(RunId("run_1"), SessionId("ses_1")), [*LINES, (Seq(4), line)], asker=asker)
    heard = {
        reader: [kind(one) for _, one in told.to(UserId(reader)).lines] for reader in ("usr_1", "usr_2", "usr_3", "u4")
    }
    assert heard["usr_1"] == ["content", "care", "message", "control"]
    assert heard["usr_2"] == ["content", "control", "message", "care"]
    assert heard["usr_3"] == heard["u4"] == ["content", "control", "message", "control"]
    assert told.to(UserId("usr_3")) is told.to(UserId("u4"))
    assert [as_told_to(who, Seq(4), line, asker) == line for who in (asker, other)] == [False, True]


def test_who_asked_hears_all_of_it_and_the_rest_hear_what_is_made_for_them_once() -> None:
    told = Told(Address(RunId("run_1"), SessionId("ses_1")), LINES, ends=True, asker=UserId("usr_1"))
    assert told.to(UserId("usr_1")) is told
    others = told.to(UserId("usr_2"))
    assert others is told.to(UserId("usr_3"))
    assert (others.first, others.last, others.ends) == (1, 3, True)
    rest = told.after(1)
    assert rest is not None
    assert [seq for seq, line in rest.to(UserId("usr_2")).lines if line != dict(LINES)[seq]] == [2, 3]
