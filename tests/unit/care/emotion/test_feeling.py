"""Which feelings are told of a text, and that nothing is made up where nobody knows."""

from palaver.care.emotion.feeling import UNKNOWN, feeling_of
from tests.unit.care.models.given import SURE, emotions


def test_the_main_feeling_is_furthest_above_its_bound_and_the_others_follow() -> None:
    told = feeling_of(emotions(joy=0.5, surprise=0.8, anger=0.39), SURE)
    assert (told.emotion, told.confidence) == ("surprise", 0.8)
    assert [one.emotion for one in told.emotions] == ["surprise", "joy"]
    assert (told.valence, told.arousal, told.language) == (0.5, -0.25, "en")


def test_where_nothing_is_likely_enough_the_feeling_is_unknown_and_not_neutral() -> None:
    told = feeling_of(emotions(neutral=0.39), SURE)
    assert (told.emotion, told.confidence, told.emotions) == ("unknown", None, [])
    assert feeling_of(None, SURE) == UNKNOWN


def test_only_classes_that_were_learnt_in_a_language_are_told_in_it() -> None:
    told = feeling_of(emotions("sw", neutral=0.9, joy=0.2), SURE)
    assert told.probabilities == {"joy": 0.2}
    assert (told.emotion, told.reliability) == ("joy", "low")
