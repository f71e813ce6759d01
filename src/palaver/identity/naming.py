"""What people are called by each other; what they call themselves is theirs to say."""


def called(user_id: str, name: str | None, email: str | None) -> str:
    """What somebody is called by the others: never a whole address, and never a mark that models are told."""
    plain = " ".join((name or "").replace("[", "(").replace("]", ")").split())[:64]
    return plain or (email or "").partition("@")[0][:64] or user_id
