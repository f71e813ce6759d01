"""What requests, answers and streams look like, for the OpenAPI document; made from our own types, so that they fit.

It serves nothing: `openapi.py` puts these beside the schemas, by the name of the operation.
"""

from typing import Any

import msgspec

from palaver.core.events import MessageFinished, RunDone, RunStarted, SessionOpened, TextGrew, UsageCounted
from palaver.core.ids import MessageId, RunId, Seq, SessionId
from palaver.core.messages import Message, Siblings, TextPart
from palaver.core.usage import Usage
from palaver.entry import (
    account_examples,
    acting_examples,
    audit_examples,
    care_examples,
    context_examples,
    escalation_examples,
    fact_examples,
    file_examples,
    joining_examples,
    limit_examples,
    machine_examples,
    member_examples,
    moving_examples,
    sharing_examples,
    shelf_examples,
    team_examples,
    travel_examples,
    webhook_examples,
)
from palaver.identity import schemas
from palaver.identity.devices import Device
from palaver.identity.devices_api import DeviceList
from palaver.inference.api import ModelList
from palaver.inference.service import ModelInfo
from palaver.runs.records import record
from palaver.runs.told import Address, Told
from palaver.runs.view import Interrupted, RunView
from palaver.sessions.api import MessageList, SessionList
from palaver.sessions.session import Session

SESSION = SessionId("ses_019aa3c5e0007c1e8a55d3c2b1a09f01")
RUN = RunId("run_019aa3c5e0107d2f9b66e4d3c2b1a002")
QUESTION = MessageId("msg_019aa3c5e0047e3fac77f5e4d3c2b103")
ANSWER = MessageId("msg_019aa3c5e0087f40bd88a6f5e4d3c204")
KEY = "key_019aa3c5e0147a51ce99b7a6f5e4d305"
GUIDE = ("builtin/guide", "builtin")
NOON, LATER = "2026-11-21T12:00:00.000000Z", "2026-11-21T12:00:01.250000Z"
SAID = "A palaver tree is where a community sits down to talk things through."
ASKED = "What is a palaver tree?"

_USAGE = Usage(input_tokens=21, output_tokens=16, cost_usd=0.0)
_USER = schemas.UserInfo("usr_019aa3c5e0007b62dfaac8b7a6f5e406", "ada@example.org", "Ada", "member", NOON)
_QUESTION = Message(
    id=QUESTION, session_id=SESSION, role="user", parts=(TextPart(text=ASKED),), text=ASKED, created_at=NOON
)
_ANSWER = Message(
    id=ANSWER,
    session_id=SESSION,
    parent_id=QUESTION,
    role="assistant",
    parts=(TextPart(text=SAID),),
    text=SAID,
    model=GUIDE[0],
    provider=GUIDE[1],
    usage=_USAGE,
    latency_ms=1250.0,
    finish_reason="stop",
    siblings=Siblings(),
    created_at=LATER,
)
_SESSION = Session(
    id=SESSION,
    title="What is a palaver tree?",
    model=GUIDE[0],
    provider=GUIDE[1],
    tags=("trees",),
    head_message_id=ANSWER,
    message_count=2,
    turn_count=1,
    usage=_USAGE,
    cost=0.0,
    created_at=NOON,
    updated_at=LATER,
    last_message_at=LATER,
)
_RUN = RunView(
    id=RUN,
    session_id=SESSION,
    status="running",
    user_message_id=QUESTION,
    message_id=ANSWER,
    model=GUIDE[0],
    provider=GUIDE[1],
    finish_reason=None,
    error=None,
    created_at=NOON,
    started_at=NOON,
    ended_at=None,
)
_ENDED = msgspec.structs.replace(_RUN, status="done", finish_reason="stop", ended_at=LATER)
_GUIDE = ModelInfo(
    id=GUIDE[0],
    provider=GUIDE[1],
    name="Guide",
    context_window=None,
    max_output=None,
    capabilities=[],
    price=None,
    local=True,
    ready=True,
)
_SIGNED_IN = schemas.SignedIn("eyJhbGciOi…", "bearer", 900, "prt_…", 2_592_000, _USER)
_DEVICE = Device(
    id="dev_019aa3c5e0147a51ce99b7a6f5e4d306",
    agent="Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    address="203.0.113.7",
    created_at=NOON,
    last_used_at=LATER,
    expires_at="2026-12-21T12:00:01.250000Z",
    current=True,
)
_KEY = schemas.KeyInfo(KEY, "laptop", ["runs:write"], NOON, None, None)

_TURN = (
    SessionOpened(title=ASKED, created=True),
    RunStarted(user_message_id=QUESTION, message_id=ANSWER, model=GUIDE[0], provider=GUIDE[1]),
    TextGrew(content=SAID[:20]),
    TextGrew(content=SAID[20:]),
    UsageCounted(
        input_tokens=21, output_tokens=16, cached_tokens=0, cost_usd=0.0, context_tokens=37, context_limit=None
    ),
    MessageFinished(message=_ANSWER),
    RunDone(finish_reason="stop", duration_ms=1250.0, turns=1),
)
# A whole turn as server-sent events.
STREAM = (
    Told(Address(RUN, SESSION), [(Seq(seq), record(Seq(seq), event)) for seq, event in enumerate(_TURN, 1)])
    .frames()
    .decode()
)

_ASKING: dict[str, Any] = {
    "A prompt": {"prompt": ASKED},
    "With a model and limits": {
        "prompt": "Explain it in one sentence.",
        "model": GUIDE[0],
        "system_prompt_append": "Answer in plain words.",
        "temperature": 0.2,
        "max_output_tokens": 500,
    },
    "An image and words": {
        "parts": [
            {"type": "text", "text": "What is on this picture?"},
            {"type": "image", "url": "https://example.org/tree.png"},
        ]
    },
}
_IN_A_SESSION: dict[str, Any] = _ASKING | {
    "Answer a question again": {"parent_message_id": QUESTION},
    "Stop what is under way and say this": {"prompt": "No, in Lagos.", "when_busy": "interrupt"},
}

# Operation → title → body.
_CARRYING: dict[str, Any] = {
    "parts": [
        {"type": "text", "text": "What tree is that, and what do my notes say of it?"},
        {"type": "image", "file_id": file_examples.FILE},
        {"type": "file", "path": file_examples.PATH},
    ]
}
REQUESTS: dict[str, dict[str, Any]] = {
    **shelf_examples.REQUESTS,
    **file_examples.REQUESTS,
    **travel_examples.REQUESTS,
    **acting_examples.REQUESTS,
    **care_examples.REQUESTS,
    **joining_examples.REQUESTS,
    **escalation_examples.REQUESTS,
    **context_examples.REQUESTS,
    **fact_examples.REQUESTS,
    **machine_examples.REQUESTS,
    **member_examples.REQUESTS,
    **moving_examples.REQUESTS,
    **sharing_examples.REQUESTS,
    **team_examples.REQUESTS,
    **limit_examples.REQUESTS,
    **webhook_examples.REQUESTS,
    "ask": _ASKING
    | {
        "With an image and a file": _CARRYING,
        "Go on in a session": {"prompt": "And why a tree?", "session_id": SESSION},
    },
    "ask_and_wait": _ASKING | {"Once, however often it is sent": {"prompt": ASKED, "idempotency_key": "a-1"}},
    "ask_in_session": _IN_A_SESSION,
    "resume_session": _IN_A_SESSION,
    "create_session": {
        "As it comes": {},
        "Prepared": {"title": "Trees", "model": GUIDE[0], "system_prompt": "You know trees.", "tags": ["trees"]},
    },
    "change_session": {
        "Rename and pin": {"title": "Under the tree", "pinned": True},
        "Show another branch": {"head_message_id": ANSWER},
    },
    "edit_message": {
        "Another file, as a sibling": _CARRYING,
        "Other words, as a sibling": {"text": "What is a palaver hut?"},
        "A note that stays": {"metadata": {"starred": True}},
    },
    **account_examples.REQUESTS,
    "login": {"By password": {"email": "ada@example.org", "password": "correct horse battery"}},
    "refresh_tokens": {"The token that came last": {"refresh_token": "prt_…"}},
    "logout": {"A browser": {}, "A client that keeps tokens": {"refresh_token": "prt_…"}},
    "set_password": {"A new one": {"current_password": "correct horse battery", "new_password": "staple the horse"}},
    "create_api_key": {
        "Everything you may do": {"name": "laptop"},
        "Narrow, and not for ever": {"name": "robot", "scopes": ["runs:write"], "expires_at": "2031-01-01T00:00:00Z"},
    },
}

# Operation (and its status, where there are several) → the answer when all goes well.
ANSWERS: dict[str, Any] = {
    **shelf_examples.ANSWERS,
    **file_examples.ANSWERS,
    **acting_examples.answers(RUN, SESSION),
    **care_examples.ANSWERS,
    **joining_examples.answers(SESSION, ANSWER, RUN, NOON),
    **escalation_examples.ANSWERS,
    **travel_examples.answers(_SESSION, ANSWER),
    **moving_examples.answers(SESSION, QUESTION, NOON),
    **context_examples.answers((SESSION, RUN, QUESTION, ANSWER), LATER),
    **member_examples.answers(_SESSION, ANSWER, LATER),
    **fact_examples.answers(SESSION, QUESTION, LATER),
    **machine_examples.answers(KEY, _USER.id, NOON),
    **limit_examples.ANSWERS,
    **audit_examples.ANSWERS,
    **sharing_examples.answers(SESSION, ANSWER, NOON),
    **team_examples.answers(NOON),
    **webhook_examples.answers(RUN, SESSION, LATER),
    "ask_and_wait": _ANSWER,
    "ask_and_wait 202": msgspec.structs.replace(_RUN, status="waiting"),
    "interrupt_session": Interrupted(msgspec.structs.replace(_ENDED, finish_reason="interrupted")),
    "control_session": msgspec.structs.replace(_SESSION, permission_mode="plan"),
    "ask_in_session": _RUN,
    "get_run": _ENDED,
    "cancel_run": msgspec.structs.replace(_ENDED, finish_reason="interrupted"),
    "list_sessions": SessionList([_SESSION], None),
    "create_session": Session(id=SESSION, created_at=NOON, updated_at=NOON),
    "get_session": _SESSION,
    "change_session": msgspec.structs.replace(_SESSION, title="Under the tree", title_source="user", pinned=True),
    "list_messages": MessageList([_QUESTION, _ANSWER], None),
    "get_message": _ANSWER,
    "edit_message": msgspec.structs.replace(_QUESTION, siblings=Siblings(2, 1)),
    "list_models": ModelList([_GUIDE]),
    **account_examples.answers((_USER.id, "ada@example.org"), NOON),
    "register": _SIGNED_IN,
    "login": _SIGNED_IN,
    "verify_email": _SIGNED_IN,
    "login_with_second_factor": _SIGNED_IN,
    "refresh_tokens": _SIGNED_IN,
    "set_password": _SIGNED_IN,
    "who_am_i": schemas.Me(_USER, "key", KEY, ["runs:write"]),
    "create_ticket": schemas.TicketInfo("tkt_…", 60),
    "sync_user": schemas.Synced("created", _USER.id),
    "list_devices": DeviceList([_DEVICE]),
    "list_api_keys": schemas.KeyList([_KEY]),
    "create_api_key": schemas.NewKey(KEY, "laptop", ["runs:write"], NOON, None, None, "plv_…"),
}
