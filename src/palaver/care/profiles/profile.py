"""♥ The three profiles of care, and what each turns on; it knows no session and asks nobody."""

from typing import Literal, get_args

# off: nothing reads how somebody is; harmful output is held back all the same. safety: danger is noticed, help is
# named, a human is called. companion: how they feel and what is theirs is read as well, as far as they consent.
Profile = Literal["off", "safety", "companion"]
PROFILES: tuple[Profile, ...] = get_args(Profile)


def notices(profile: Profile) -> bool:
    """Whether messages are read for danger, and help is named."""
    return profile != "off"


def accompanies(profile: Profile) -> bool:
    """Whether feelings, culture and the course over days are read too, as far as the person consents."""
    return profile == "companion"
