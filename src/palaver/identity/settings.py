"""What an operator may set about users, sign-in, keys and external issuers; not where the values come from."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from palaver.core.principal import Role
from palaver.identity.oidc.settings import Algorithm, GroupSettings, OidcSettings, ProviderId, may_fetch
from palaver.identity.scim.settings import ScimSettings

Positive = Annotated[timedelta, Field(gt=timedelta(0))]


class IssuerSettings(GroupSettings):
    """One external issuer whose tokens are accepted: Clerk, Auth0, Keycloak or any other that speaks OpenID Connect."""

    issuer: str = Field(min_length=1, description="The exact `iss` of its tokens, usually an https URL.")
    audience: str | None = Field(
        None, description="The `aud` its tokens must have; leave out only with required_claims."
    )
    required_claims: dict[str, str] = Field(
        {}, description="Further claims a token must have with exactly these values, such as azp."
    )
    jwks_url: str | None = Field(None, description="Where its keys are; left out, its OpenID configuration is asked.")
    algorithms: tuple[Algorithm, ...] = Field(("RS256", "ES256"), min_length=1, description="Signatures accepted.")
    subject_claim: str = Field("sub", description="The claim that names the user within the issuer.")
    email_claim: str = Field("email", description="The claim with the user's e-mail address, where there is one.")
    name_claim: str = Field("name", description="The claim with the user's name, where there is one.")
    insecure_http: bool = Field(False, description="Whether keys may be fetched over plain http from another machine.")

    @model_validator(mode="after")
    def _somebody_in_particular(self) -> "IssuerSettings":
        if self.audience is None and not self.required_claims:
            raise ValueError(
                "Set audience or required_claims, or tokens made for other applications would be accepted."
            )
        if not self.may_fetch(self.keys_from):
            raise ValueError(f"{self.keys_from} is not an https URL; set insecure_http to fetch keys over plain http.")
        return self

    @property
    def keys_from(self) -> str:
        """The first URL asked on the way to the keys."""
        return self.jwks_url or self.issuer.rstrip("/") + "/.well-known/openid-configuration"

    def may_fetch(self, url: str) -> bool:
        """Whether keys from there can be trusted: https, this machine, or what the operator allowed."""
        return may_fetch(url, insecure_http=self.insecure_http)


class IdentitySettings(BaseModel):
    """Users, sign-in, keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    registration: Literal["closed", "invitation", "open"] = Field(
        "closed", description="Who may make an account: nobody, whoever has an invitation, or anybody."
    )
    invitation_lifetime: Positive = Field(
        timedelta(days=7), description="How long an invitation to the house is good that says nothing itself."
    )
    email_verification: bool = Field(
        False, description="Whether a local user signs in only once a link that was mailed to them was followed."
    )
    verification_link_lifetime: Positive = Field(
        timedelta(days=1), description="How long a link that verifies an e-mail address is good."
    )
    reset_link_lifetime: Positive = Field(
        timedelta(hours=1), description="How long a link to choose a new password is good."
    )
    second_factor_required_for: tuple[Role, ...] = Field(
        (), description="Roles whose local users can do nothing but set up a second factor until they have one."
    )
    second_factor_name: str = Field(
        "Palaver", min_length=1, max_length=64, description="What authenticator apps call this server."
    )
    pending_lifetime: Positive = Field(
        timedelta(minutes=5), description="How long after the password the second factor may be shown."
    )
    access_token_lifetime: Positive = Field(timedelta(minutes=15), description="How long an access token is good.")
    refresh_token_lifetime: Positive = Field(timedelta(days=30), description="How long a refresh token waits for use.")
    cookie_lifetime: Positive = Field(timedelta(days=30), description="How long a browser stays signed in unused.")
    cookie_secure: Literal["auto", "always"] = Field(
        "auto", description="Whether the cookie is marked Secure: where the request came by https, or always."
    )
    trusted_origins: tuple[str, ...] = Field(
        (), description="Origins besides our own whose pages may act with the cookie, such as https://app.example.org."
    )
    sign_in_link_lifetime: Positive = Field(timedelta(hours=1), description="How long a printed sign-in link is good.")
    ticket_lifetime: Positive = Field(timedelta(seconds=60), description="How long a WebSocket ticket is good.")
    password_min_length: int = Field(10, ge=8, le=128, description="The fewest characters of a new password.")
    password_threads: int = Field(2, ge=1, le=32, description="Passwords checked at the same time, 19 MiB each.")
    password_queue: int = Field(32, ge=1, description="Password checks that may wait; the next is answered 503.")
    login_attempts: int = Field(10, ge=1, description="Wrong passwords per address and e-mail before a pause.")
    login_pause: Positive = Field(timedelta(seconds=15), description="The first pause; each further one is twice it.")
    login_longest_pause: Positive = Field(
        timedelta(hours=1),
        description="The longest pause after wrong passwords from one address; after those from everywhere it is a "
        "minute at most.",
    )
    login_window: Positive = Field(
        timedelta(minutes=30), description="How long wrong passwords are remembered after their last pause."
    )
    keys_per_user: int = Field(100, ge=1, description="API keys one user may have.")
    key_overlap: timedelta = Field(
        timedelta(days=1), ge=timedelta(0), description="How long a rotated API key holds beside its follower."
    )
    key_overlap_longest: timedelta = Field(
        timedelta(days=30), ge=timedelta(0), description="The longest that may be asked for when a key is rotated."
    )
    use_written_every: Positive = Field(
        timedelta(minutes=1), description="How often the last use of keys and cookies is written down."
    )
    issuers: tuple[IssuerSettings, ...] = Field((), description="External issuers whose tokens are accepted.")
    oidc: dict[ProviderId, OidcSettings] = Field(
        {}, description="External issuers by which people sign in at the page, by an id of one's own."
    )
    scim: ScimSettings = ScimSettings.model_validate({})
    clock_skew: timedelta = Field(
        timedelta(seconds=30), ge=timedelta(0), description="How far an external issuer's clock may be off."
    )
    jwks_refresh: Positive = Field(timedelta(minutes=10), description="How often an issuer's keys are fetched anew.")
    jwks_min_interval: Positive = Field(
        timedelta(seconds=5), description="The least time between two fetches that unknown keys cause."
    )
    jwks_max_stale: Positive = Field(
        timedelta(hours=24), description="How long known keys are used while their issuer cannot be reached."
    )
    jwks_timeout: Positive = Field(timedelta(seconds=3), description="The deadline for fetching an issuer's keys.")
    jwks_max_bytes: int = Field(262_144, ge=1024, description="The largest answer taken from an issuer.")

    @model_validator(mode="after")
    def _issuers_differ(self) -> "IdentitySettings":
        if len({issuer.issuer for issuer in self.issuers}) < len(self.issuers):
            raise ValueError("Each issuer may be listed once.")
        return self
