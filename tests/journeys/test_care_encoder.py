"""A server with the extra `care` reads with the encoder, beside the rules and instead of the small reader."""

from tests.journeys.house import Opening

SAID = (
    "I have felt like this for months and nobody knows. I don't want to be alive any more, I think about suicide every"
    " day, and tonight, when everybody sleeps, I am going to kill myself."
)


async def test_with_the_encoder_a_text_is_read_by_it_beside_the_rules(open_house: Opening) -> None:
    house = await open_house(care__encoder="on")
    ada = await house.owner()
    felt = await ada.post("/care/emotion", {"text": "Thank you so much, I love it and I am so happy for you!"})
    assert (felt["emotion"], felt["language"]) == ("joy", "en")
    found = await ada.post("/care/assess", {"text": SAID})
    assert "encoder-" in found["version"]
    assert found["urgency"] in {"high", "critical"}
    by_models = [one for one in found["signals"] if one["rule"].startswith("model:")]
    assert ("model:encoder", 0, len(SAID)) in [(one["rule"], one["start"], one["end"]) for one in by_models]
    swahili = await ada.post("/care/emotion", {"text": "Nimefurahi sana leo, asante Mungu"})
    assert (swahili["emotion"], swahili["language"]) == ("joy", "sw")
