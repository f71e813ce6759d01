"""Words that may not be told are judged over HTTP; what was flagged is for administrators alone."""

from palaver.care.moderation.service import Moderation
from palaver.care.moderation.settings import ModerationSettings
from tests.journeys.house import House, Person
from tests.promises import keeps

TEXTS = Moderation(ModerationSettings.model_validate({})).texts


@keeps("care:moderation:words")
async def test_a_text_is_judged_for_either_direction_and_the_queue_is_shown_to_administrators_only(
    house: House, owner: Person
) -> None:
    ada = await house.stranger()
    asked = {"text": "Hello. You have bipolar disorder. Rest well.", "direction": "output"}
    done = await ada.post("/care/moderate", asked)
    assert (done["action"], done["category"]) == ("rewrite", "medical")
    assert done["text"] == f"Hello. {TEXTS['medical']['en']} Rest well."
    assert [asked["text"][one["start"] : one["end"]] for one in done["hits"]] == ["You have bipolar disorder"]
    assert (await ada.post("/care/moderate", asked | {"direction": "input"}))["action"] == "allow"
    calm = await ada.post("/care/moderate", {"text": "You have been through a lot.", "direction": "output"})
    assert (calm["action"], calm["text"], calm["hits"]) == ("allow", "You have been through a lot.", [])
    ends = await ada.post("/care/moderate", {"text": "Well. Jiue leo. Kwaheri.", "direction": "output"})
    assert (ends["action"], ends["text"]) == ("block", f"Well. {TEXTS['self_harm']['sw']}")
    for wrong in ({"text": ""}, {"text": "a"}, {"text": "a", "direction": "both"}):
        assert (await ada.call("POST", "/care/moderate", wrong)).status == 422, wrong
    reads = Person(ada.client, ada.url, (await ada.post("/api-keys", {"name": "r", "scopes": ["care:read"]}))["key"])
    assert (await reads.post("/care/moderate", asked))["action"] == "rewrite"
    for who in (ada, reads):
        assert (await who.call("GET", "/care/moderation/queue")).status == 403
        review = {"decision": "right"}
        assert (await who.call("POST", "/care/moderation/queue/mod_1/review", review)).status == 403
    assert (await owner.get("/care/moderation/queue")) == {"items": [], "next_cursor": None}
    assert (await owner.call("POST", "/care/moderation/queue/mod_1/review", {"decision": "right"})).status == 404
    assert (await owner.call("GET", "/care/moderation/queue?cursor=nonsense")).status == 422
