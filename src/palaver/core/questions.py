"""What an agent asks a person, and what the person says; who asks and when is decided above."""

import msgspec


class Option(msgspec.Struct, frozen=True, omit_defaults=True):
    """One answer that is offered."""

    label: str
    description: str = ""


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """Something to ask the person; without options the answer is free text.

    `multi`: several may be chosen; `optional`: none need be.
    """

    header: str
    question: str
    options: tuple[Option, ...] = ()
    multi: bool = False
    optional: bool = False


class Answers(msgspec.Struct, frozen=True):
    """What the person said: one list of chosen labels (or one free text) per question; None: they would not say."""

    given: tuple[tuple[str, ...], ...] | None
