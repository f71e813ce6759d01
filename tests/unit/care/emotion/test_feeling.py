"""Which feelings are told of a text, and that nothing is made up where nobody knows."""

from msgspec.structs import replace

from palaver.care.emotion.feeling import UNKNOWN, feeling_of, together
from tests.unit.care.models.given import SURE, emotions


def test_the_main_feeling_is_furthest_above_its_bound_and_the_others_follow() -> None:
    told = feeling_of(emotions(joy=0.5, surprise=0.8, anger=0.39), SURE)
    assert (told.emotion, told.confidence) == ("surprise", 0.8)
    assert [one.emotion for one in told.emotions] == ["surprise", "joy"]
    assert (told.valence, told.arousal, told.language) == (0.5, -0.25, "en")


def test_readers_of_one_language_are_as_sure_together_as_in_the_mean_and_the_best_says_how_pleasant() -> None:
    best = replace(emotions(joy=0.8, fear=0.5), valence=0.9)
    told = together([emotions(joy=0.5, fear=1.0), best], SURE)
    assert (round(told.ekman["joy"], 3), round(told.ekman["fear"], 3), told.valence) == (0.667, 0.99, 0.9)
    assert together([best], SURE) is best


def test_how_sure_each_is_counts_as_was_measured() -> None:
    sure = replace(SURE, beside={"en": {"joy": (0.25, 1.0, -1.0)}})
    told = together([emotions(joy=0.5, fear=0.5), emotions(joy=0.9, fear=0.9)], sure)
    assert round(told.ekman["joy"], 3) == 0.768  # the odds of 0.9 are 2.197, and 1 is taken off
    told = together([emotions(joy=0.9), emotions(joy=0.9)], sure)
    assert round(told.ekman["joy"], 3) == 0.852  # a quarter of the first one's odds is added
    told = together([emotions("sw", joy=0.5), emotions("sw", joy=0.9)], sure)
    assert round(told.ekman["joy"], 3) == 0.75  # in the mean where nothing was measured


def test_where_nothing_is_likely_enough_the_feeling_is_unknown_and_not_neutral() -> None:
    told = feeling_of(emotions(neutral=0.39), SURE)
    assert (told.emotion, told.confidence, told.emotions) == ("unknown", None, [])
    assert feeling_of(None, SURE) == UNKNOWN


def test_only_classes_that_were_learnt_in_a_language_are_told_in_it() -> None:
    told = feeling_of(emotions("sw", neutral=0.9, joy=0.2), SURE)
    assert told.probabilities == {"joy": 0.2}
    assert (told.emotion, told.reliability) == ("joy", "low")
