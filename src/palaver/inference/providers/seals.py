"""What a vendor wants back of a thought, packed into the signature of a `ReasoningPart`; it seals nothing itself.

A seal holds for the model that thought, asked through the same provider: another account cannot open it, and another
model may refuse it.
"""

import msgspec

from palaver.core.messages import ReasoningPart

# Far beyond any seal; what is longer was not made here.
LONGEST = 1_048_576


class Seal(msgspec.Struct, frozen=True, omit_defaults=True):
    """`secret` is what the vendor made; `thing` is the id it gave to the thought, or what kind of thought it is."""

    provider: str
    model: str
    secret: str
    thing: str = ""


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Seal).decode


def sealed(kind: str, seal: Seal) -> str:
    """The signature of a thought."""
    return f"{kind}:{_encode(seal).decode()}"


def opened(kind: str, part: ReasoningPart, provider: str, model: str) -> Seal | None:
    """The seal of a thought, if this provider made it with this model."""
    signature = part.signature
    if signature is None or not signature.startswith(f"{kind}:") or len(signature) > LONGEST:
        return None
    try:
        seal = _decode(signature[len(kind) + 1 :])
    except (msgspec.DecodeError, UnicodeError):  # half a surrogate pair has no bytes
        return None
    return seal if (seal.provider, seal.model) == (provider, model) else None
