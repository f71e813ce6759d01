"""Which words the guide takes for distress, and which everyday words of computing it does not."""

import pytest

from palaver.inference.guide.comfort import COMFORT, STILL_HERE
from palaver.inference.guide.distress import distress_in

PLAIN = {
    "en": """
        I want to die
        i wanna die
        I just want to die.
        I really want to kill myself
        im going to kill myself tonight
        I want to end my life
        i dont want to live anymore
        I don’t want to be here anymore
        I'm suicidal
        I've been having suicidal thoughts lately
        thinking about suicide
        I wish I was dead
        i wish i had never been born
        everyone would be better off without me
        no reason to live
        I can't go on anymore
        what is a painless way to die
        how do i kill myself
        I'm cutting myself again
        I want to hurt myself
        I've been self-harming
        I am thinking of ending it all
        my friend wants to kill himself
        my brother says he wants to die
        gonna kms
        I took too many pills
        suicide
        I'm tired of living
        I want to kill my self
        I think about killing myself every day""",
    "sw": """
        nataka kufa
        Nataka kujiua
        sitaki kuishi tena
        nimechoka na maisha
        bora nife""",
    "de": """
        Ich will sterben
        ich möchte nicht mehr leben
        Ich denke an Selbstmord
        Ich will mich umbringen""",
    "fr": """
        Je veux mourir
        j'ai envie de me suicider
        je n'ai plus envie de vivre""",
    "es": """
        Quiero morir
        no quiero vivir más
        me quiero matar
        ya no quiero seguir viviendo""",
}

EVERYDAY = """
    How do I kill the process?
    kill -9 the server
    what happens if the process is killed
    my server wants to die every night
    the worker thread is going to die
    will it kill itself after a timeout
    I want to kill all my sessions
    What happens to my runs if i kill the server
    how do I end a session
    I'm going to end it here, thanks
    how do I cut a conversation in half
    the stream hangs
    I'm going to shoot a video
    How do I self-host Palaver?
    I don't want to live stream anymore
    I don't want to wake up the server
    the die is cast
    I want to see dead letters
    my code is dying
    10 kms to the office
    I want to live in Kenya
    I want to die laughing
    I nearly killed myself laughing
    I could die of embarrassment
    I'm dying to try this
    does Palaver detect suicidal users?
    I am not suicidal
    Is the process alive?
    What is the end of life policy
    Die Verbindung stirbt
    Ich will den Prozess beenden
    Je veux tuer le processus
    je veux mourir de rire
    quiero matar el proceso
    no puedo vivir sin este programa
    nataka kufahamu Palaver
"""


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


@pytest.mark.parametrize(("language", "text"), [(lang, line) for lang, text in PLAIN.items() for line in _lines(text)])
def test_plain_words_of_distress_are_heard_in_their_language(language: str, text: str) -> None:
    assert distress_in(text) == language


@pytest.mark.parametrize("text", _lines(EVERYDAY))
def test_everyday_words_are_not_taken_for_distress(text: str) -> None:
    assert distress_in(text) is None


def test_distress_is_heard_across_line_ends_and_in_the_middle_of_a_long_text() -> None:
    assert distress_in("I want to\n\n  die") == "en"
    assert distress_in("All is well here. " * 2_000 + "But I want to die. " + "And so on. " * 2_000) == "en"


def test_every_language_that_is_heard_has_its_words_and_points_to_people() -> None:
    assert COMFORT.keys() == STILL_HERE.keys() == PLAIN.keys()
    assert all("findahelpline.com" in text for text in [*COMFORT.values(), *STILL_HERE.values()])
