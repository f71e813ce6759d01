"""What stands in letters: plain words and a link; whom they go to, and when, is decided elsewhere."""

from datetime import timedelta

from palaver.kit.mail import Letter

_UNASKED = "If it was not you who asked for this, do nothing: without the link nothing happens."


def verify(to: str, link: str, good_for: timedelta) -> Letter:
    """Somebody made an account with this address."""
    text = (
        "Somebody, probably you, made an account on Palaver with this e-mail address.\n\n"
        f"Follow this link to show that it is yours and to sign in. It works once, within {_span(good_for)}:\n\n"
        f"{link}\n\n{_UNASKED}\n"
    )
    return Letter(to, "Is this your e-mail address?", text)


def taken(to: str, link: str, good_for: timedelta) -> Letter:
    """Somebody wanted to make an account with an address that has one."""
    text = (
        "Somebody, probably you, wanted to make an account on Palaver with this e-mail address. "
        "There is one already.\n\n"
        f"If you do not know its password, follow this link to choose a new one. It works once, within "
        f"{_span(good_for)}:\n\n{link}\n\n{_UNASKED}\n"
    )
    return Letter(to, "You have an account already", text)


def reset(to: str, link: str, good_for: timedelta) -> Letter:
    """Somebody does not know the password."""
    text = (
        "Somebody, probably you, asked for a new password on Palaver.\n\n"
        f"Follow this link to choose one. It works once, within {_span(good_for)}, and signs you out everywhere:\n\n"
        f"{link}\n\n{_UNASKED}\n"
    )
    return Letter(to, "Choose a new password", text)


def invitation(to: str, link: str, until: str) -> Letter:
    """An administrator invites somebody."""
    text = (
        "You are invited to Palaver.\n\n"
        f"Follow this link to make your account. It works once, until {until[:16].replace('T', ' ')} UTC:\n\n{link}\n"
    )
    return Letter(to, "You are invited to Palaver", text)


def changed(to: str, what: str) -> Letter:
    """Word of something that somebody should know who did not do it themselves."""
    text = f"{what}\n\nIf it was not you, choose a new password at once, and tell whoever runs this Palaver.\n"
    return Letter(to, "Something about your account was changed", text)


def _span(length: timedelta) -> str:
    minutes = int(length.total_seconds() // 60)
    if minutes >= 2 * 24 * 60:
        return f"{minutes // (24 * 60)} days"
    if minutes >= 2 * 60:
        return f"{minutes // 60} hours"
    return "an hour" if minutes == 60 else f"{max(minutes, 1)} minutes"
