"""The errors of identity: what somebody is told whose credential does not hold; who is refused is decided elsewhere."""

from palaver.core.errors import Conflict, Forbidden, Invalid, RateLimited, Unauthenticated, Unavailable


class CredentialRefused(Unauthenticated):
    """A credential was sent and does not hold; the answer says so to HTTP clients too (RFC 6750, section 3)."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})


class NobodySignedIn(Unauthenticated):
    """No credential came with the request."""

    title = "Sign in first: send `Authorization: Bearer …`, `X-API-Key`, or the cookie from signing in"

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail, headers={"WWW-Authenticate": "Bearer"})


class TokenMalformed(CredentialRefused):
    """Not a token, not a key, or longer than any of them."""

    title = "The credential is neither an API key nor a token that can be read"


class SignatureWrong(CredentialRefused):
    """The signature does not fit, or is of a kind that is not accepted."""

    title = "The token's signature does not hold"


class TokenExpired(CredentialRefused):
    """It was good once."""

    title = "The token has expired; get a new one"


class TokenNotYetValid(CredentialRefused):
    """It says of itself that it begins later."""

    title = "The token is not valid yet; check the clocks"


class WrongAudience(CredentialRefused):
    """It was made for somebody else."""

    title = "The token was made for another audience"


class WrongIssuer(CredentialRefused):
    """Its issuer is none of those configured here."""

    title = "The token's issuer is not accepted here"


class UnknownSigningKey(CredentialRefused):
    """Its issuer does not publish the key it is signed with."""

    title = "The token is signed with a key that its issuer does not publish"


class ClaimMissing(CredentialRefused):
    """It lacks a claim that is required here, or the claim says something else."""

    title = "The token lacks a claim that is required here"


class SignInOver(CredentialRefused):
    """Signed out, revoked, expired unused, or the user is gone."""

    title = "This sign-in has ended; sign in again"


class KeyRefused(CredentialRefused):
    """Unknown, deleted, expired or mistyped: the four answer alike."""

    title = "The API key is not valid: unknown, expired or deleted"


class RefreshRefused(CredentialRefused):
    """Unknown, expired, or used before."""

    title = "The refresh token is not valid; sign in again"


class LinkRefused(CredentialRefused):
    """Used before, too old, or mistyped."""

    title = "This one-time token was used already or is too old"


class PasswordWrong(Unauthenticated):
    """Unknown e-mail address or wrong password: the two answer alike and take as long."""

    title = "The e-mail address or the password is wrong"


class CodeWrong(Unauthenticated):
    """The second factor: a wrong code, one that was used before, or an old one."""

    title = "The code is wrong or was used already"


class InvitationRefused(Forbidden):
    """Used, over, withdrawn, mistyped, or for another e-mail address: all answer alike."""

    title = "This invitation was used already, is over, or is for somebody else"


class InvitationMissing(Forbidden):
    """Who has none makes no account here."""

    title = "An account is made by invitation here; ask an administrator for one"


class LastAdministrator(Conflict):
    """Nobody would be left to look after the house."""

    title = "This is the last administrator; make somebody else one first"


class ScopeMissing(Forbidden):
    """The key is good and not wide enough."""

    title = "This API key may not do that"


class NetworkRefused(Forbidden):
    """The key is good, and not from here: who holds it rightly must learn what to change."""

    title = "This API key may not be used from this address"


class OriginRefused(Forbidden):
    """A page of another origin acts with the cookie."""

    title = "A request with the cookie must come from Palaver's own pages; send its Origin, or use a token"


class RegistrationClosed(Forbidden):
    """Only administrators make accounts here."""

    title = "Registration is closed; ask an administrator for an account"


class UserExists(Conflict):
    """Somebody signs in with this e-mail address already."""

    title = "There is an account with this e-mail address already"


class NoSuchUser(Invalid):
    """For the command line, whose operator may know who exists."""

    title = "There is no user with this e-mail address"


class TooManyKeys(Conflict):
    """The bound on keys per user is reached."""

    title = "You have as many API keys as one user may have; delete one first"


class KeyOver(Conflict):
    """A key that ended, or that was rotated before, is not followed by another one."""

    title = "This API key has ended or was rotated already; make a new one"


class TooManyAttempts(RateLimited):
    """Too many wrong passwords from this address for this e-mail address."""

    title = "Too many attempts to sign in; wait a little"


class PasswordsBusy(Unavailable):
    """As many password checks wait as may."""

    title = "Too many people are signing in at this moment"


class IssuerAway(Unavailable):
    """The issuer's keys cannot be fetched, so nothing can be said about its tokens."""

    title = "The issuer of this token cannot be reached to check it"
