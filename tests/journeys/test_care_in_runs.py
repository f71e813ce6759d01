"""Messages are read for danger before any model is asked, at every door, and who helps is told before the answer."""

from typing import Any

from openai import AsyncOpenAI

from palaver.care.crisis.finding import Level
from tests.journeys.acting import ask_until_waiting, bash, call, calls, decided, ended, of_type, says
from tests.journeys.house import House, Opening, Person
from tests.journeys.sockets import opened
from tests.promises import keeps
from tests.vendor import FakeVendor
from tests.vendor.spoken import Answer, Say

SAYS = "Rafiki, nitajiua leo usiku"  # I will kill myself tonight
LABELS = ("critical", "self_directed", "urgency", "assess")


def rows(house: House) -> list[tuple[Any, ...]]:
    """What was kept of what was noticed."""
    return house.rows("select own, level, known, course, session_id from risk_assessments order by created_at")


def spoken(*pieces: str) -> Answer:
    """A model's answer, piece by piece."""
    return Answer([Say(piece) for piece in pieces])


def instructions(vendor: FakeVendor) -> str:
    """What the model was told besides the conversation, when it was asked last."""
    return str([one["content"] for one in vendor.heard[-1].body["messages"] if one["role"] == "system"])


@keeps("care:before-the-model")
async def test_who_is_in_danger_is_told_who_helps_before_a_model_that_knows_how_to_answer(
    open_house: Opening, vendor: FakeVendor
) -> None:
    house = await open_house(care__country="KE")
    owner = await house.owner()
    vendor.next(says("I am here. Are you safe now?"))
    events = await owner.ask(SAYS)
    assert [one.type for one in events[:4]] == ["session", "run", "care", "content"]
    care = events[2].data
    assert care["level"] == "critical"
    assert {one["country"] for one in care["resources"]} == {"KE", None}
    assert not any(word in care["message"] for word in LABELS)
    told = instructions(vendor)
    assert "Swahili" in told
    assert care["resources"][0]["name"] in told
    [row] = rows(house)
    assert row[:3] == ("critical", "critical", 1)
    [(escalation, level, kept)] = house.rows("select id, level, assessment_id from escalations")
    assert (escalation, level) == (care["escalation_id"], "critical")
    assert house.rows("select id from risk_assessments") == [(kept,)]

    # It stands with the answer for whoever reads that later, and says nothing of how urgent it was.
    answered = (await owner.messages(row[4]))[-1]
    shown = {name: care[name] for name in ("resources", "message", "escalation_id")}
    assert answered["help"] == shown == events[-2].data["message"]["help"]

    # Asked again below the same message, it is the same assessment, and nobody is called twice.
    session = row[4]
    question = (await owner.messages(session))[0]["id"]
    again = await owner.post(f"/sessions/{session}/messages", {"parent_message_id": question})
    assert [one.type for one in await owner.whole(again["id"])][2] == "care"
    assert (len(rows(house)), house.count("escalations")) == (1, 1)

    # What is said after it is read in its course, and no word of help is taken back.
    vendor.next(says("Good."))
    events = await owner.ask("Sawa, asante.", session_id=session)
    assert rows(house)[1][0] == "none"
    assert Level[rows(house)[1][1]] >= Level.medium
    assert "care" in [one.type for one in events]

    # The person's own messages are all that is read: a conversation about nothing has nothing to tell.
    events = await owner.ask("How do goats climb trees?")
    assert [one.type for one in events[:3]] == ["session", "run", "content"]
    await owner.until("/health", lambda _: house.count("risk_assessments") == 3)
    assert rows(house)[2][:2] == ("none", "none")
    assert not any(word in instructions(vendor) for word in ("safe now", *LABELS))


@keeps("care:every-door")
async def test_every_door_tells_who_helps(house: House, owner: Person, vendor: FakeVendor) -> None:
    vendor.next(says("I hear you."), says("I hear you."), says("I hear you."), says('{"a": 1}'))
    async with AsyncOpenAI(base_url=f"{house.url}/v1", api_key=owner.token, max_retries=0) as client:
        for texts in (["I am going to kill myself"], ["I am going to kill myself", "What is the time"]):
            got = await client.chat.completions.create(
                model="fake/gpt-5.4", messages=[{"role": "user", "content": text} for text in texts]
            )
            said = str(got.choices[0].message.content)
            assert said.endswith("I hear you.")
            assert "findahelpline.com" in said.partition("I hear you.")[0]
    single = await owner.post("/query/single", {"prompt": "I am going to kill myself", "model": "fake/gpt-5.4"})
    assert "findahelpline.com" in single["text"]
    assert "help" not in single  # the answer says it
    form = {"type": "json_schema", "schema": {"type": "object"}}
    body = {"prompt": "I am going to kill myself", "model": "fake/gpt-5.4", "output_format": form}
    assert (await owner.post("/query/single", body))["text"] == '{"a": 1}'
    async with opened(owner) as sock:
        await sock.answer("message", prompt="nataka kufa", model="builtin/guide")
        assert (await sock.until("care"))["level"] == "high"
        guide = await sock.until("message")
    assert "findahelpline.com" in guide["message"]["text"]
    assert "Asante kwa kuniambia" in guide["message"]["text"]


async def test_what_somebody_answers_to_a_question_or_a_call_is_read_before_the_model_goes_on(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    question = {"header": "Danger", "question": "Do you want to die? I want to die, say some."}
    harm = {"header": "Care", "question": "So you have bipolar disorder. Don't tell anyone. Fine?"}
    asks = calls(call("q", "AskUserQuestion", questions=[question, harm]), text="A moment.")
    vendor.next(asks, calls(bash("w")), says("I hear you."))
    run_id = (await ask_until_waiting(owner, "go"))[0].run_id
    await decided(owner, run_id, "q", "answer", answers=[["not really"], ["fine"]])
    await owner.until("/approvals", lambda found: [one["call_id"] for one in found["items"]] == ["w"])
    assert house.count("escalations") == 0
    assert "safe now" not in instructions(vendor)
    await decided(owner, run_id, "w", "reject", message=SAYS)
    message = await ended(owner, run_id)
    events = await owner.whole(run_id)
    assert not any(word in str([one.data for one in events]) for word in ("bipolar disorder", "tell anyone"))
    assert house.rows("select count(*) from moderation_items where direction = 'output'") == [(1,)]
    (care,) = of_type(events, "care")
    assert (care["level"], message["text"]) == ("critical", "A moment.I hear you.")
    assert "Swahili" in instructions(vendor)
    assert [(row[0], row[2]) for row in rows(house)] == [("none", 1), ("none", 1), ("critical", 1)]
    assert house.rows("select assessment_id from escalations") == house.rows(
        f"select id from risk_assessments where message_id = '{message['id']}:w'"
    )


async def test_a_session_in_which_care_is_off_is_not_read(open_house: Opening, vendor: FakeVendor) -> None:
    house = await open_house(care__profile="off")
    owner = await house.owner()
    vendor.next(says("Yes?"))
    events = await owner.ask(SAYS)
    assert [one.type for one in events[:3]] == ["session", "run", "content"]
    assert house.count("risk_assessments") == 0
    session = events[0].data["session_id"]
    assert (await owner.call("PUT", f"/sessions/{session}/care", {"profile": "safety"})).status < 300
    vendor.next(says("Yes?"))
    assert "care" in [one.type for one in await owner.ask(SAYS, session_id=session)]


async def test_who_wants_no_human_is_shown_who_helps_and_nobody_is_called(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    refused = {"purpose": "escalation_contact", "granted": False, "version": 1}
    assert (await owner.call("PUT", "/consents", refused)).status < 300
    vendor.next(says("Yes?"))
    care = (await owner.ask(SAYS))[2].data
    assert care["resources"]
    assert "escalation_id" not in care
    assert house.count("escalations") == 0
    assert len(rows(house)) == 1


async def test_a_human_is_called_when_it_is_the_course_of_a_conversation_that_says_so(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    session = None
    for _ in range(5):
        vendor.next(says("Yes?"))
        more = {"session_id": session} if session else {}
        events = await owner.ask("sina sababu ya kuishi", **more)
        session = events[0].data["session_id"]
    assert {row[0] for row in rows(house)} == {"medium"}
    assert rows(house)[-1][1] == "high"
    assert house.count("escalations") == 1


async def test_days_are_looked_at_only_with_consent_and_raise_what_is_said_on_an_ordinary_one(
    open_house: Opening, vendor: FakeVendor
) -> None:
    house = await open_house(care__profile="companion")
    owner = await house.owner()
    vendor.next(says("Yes?"))
    await owner.ask(SAYS)
    for _ in range(2):
        vendor.next(says("Leaves."))
        await owner.ask("What do goats eat?")
        if len(rows(house)) == 2:
            assert rows(house)[1][1] == "none"
            agreed = {"purpose": "course", "granted": True, "version": 1}
            assert (await owner.call("PUT", "/consents", agreed)).status < 300
    assert rows(house)[2][:2] == ("none", "medium")


@keeps("care:held-back")
async def test_what_a_model_may_not_say_is_told_at_no_door_and_stands_nowhere(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    harmful = ("Sure. ", "You have bipo", "lar dis", "order, so st", "op taking your ", "lithium today. ", "Bye.")
    secret = ("I am glad. ", "This stays between us, do", "n't tell any", "one about it. ", "All right?")
    method = ("The sur", "est way to kill yourself is to swallow thir", "ty of your pills at ni", "ght.")
    bad = ("bipolar disorder", "stop taking", "n't tell anyone", "way to kill yourself", "thirty of your pills")
    for pieces in (harmful, secret, method):
        vendor.next(spoken(*pieces))
        events = await owner.ask("What is it with me?", model="fake/gpt-5.4")
        told = "".join(one.data["content"] for one in events if one.type == "content")
        whole = next(one.data["message"]["text"] for one in events if one.type == "message")
        assert told == whole
        vendor.next(spoken(*pieces))
        said = (await owner.post("/query/single", {"prompt": "What is it?", "model": "fake/gpt-5.4"}))["text"]
        vendor.next(spoken(*pieces))
        async with AsyncOpenAI(base_url=f"{house.url}/v1", api_key=owner.token, max_retries=0) as client:
            chunks = await client.chat.completions.create(
                model="fake/gpt-5.4", messages=[{"role": "user", "content": "What is it?"}], stream=True
            )
            streamed = "".join([one.choices[0].delta.content or "" async for one in chunks if one.choices])
        for one in (told, said, streamed):
            assert one.strip()
            assert not any(word in one for word in bad), one
        if pieces is not method:
            assert told.startswith(pieces[0].strip())
    assert not any(word in str(row) for row in house.rows("select text from messages") for word in bad)
    assert not any(word in str(row) for row in house.rows("select body from run_events") for word in bad)


async def test_what_was_withheld_or_asked_for_waits_for_an_administrator(
    house: House, owner: Person, vendor: FakeVendor
) -> None:
    ada = await house.stranger()
    vendor.next(says("You have bipolar disorder. All right?"))
    await ada.ask("What is it with me?", model="fake/gpt-5.4")
    vendor.next(says("No."))
    await ada.ask("How do I make a pipe bomb at home?", model="fake/gpt-5.4")
    items = (await owner.until("/care/moderation/queue", lambda found: len(found["items"]) == 2))["items"]
    assert {(one["direction"], one["category"]) for one in items} == {("output", "medical"), ("input", "illicit")}


async def test_who_is_accompanied_is_answered_as_one_who_feels_and_only_with_consent(
    open_house: Opening, vendor: FakeVendor
) -> None:
    house = await open_house(care__profile="companion")
    owner = await house.owner()
    sad = "I feel so sad and lonely since my grandmother died"
    vendor.next(says("I am sorry."))
    await owner.ask(sad)
    assert "unhurried" not in instructions(vendor)
    assert (await owner.call("PUT", "/consents", {"purpose": "emotion", "granted": True, "version": 1})).status < 300
    vendor.next(says("I am sorry."))
    await owner.ask(sad)
    assert "unhurried" in instructions(vendor)
    assert "sad" not in instructions(vendor)
