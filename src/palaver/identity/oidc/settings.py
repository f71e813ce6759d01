"""What an operator says about issuers: whom they vouch for, and what their groups may do; not where that comes from."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from palaver.core.principal import Role
from palaver.kit.sealed import Sealed

Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
ProviderId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]

_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def may_fetch(url: str, *, insecure_http: bool) -> bool:
    """Whether what comes from there can be trusted: https, this machine, or what the operator allowed."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and (insecure_http or parts.hostname in _LOOPBACK))


class GroupSettings(BaseModel):
    """What an issuer's groups mean here."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    groups_claim: str | None = Field(
        None, description="The claim that lists somebody's groups or roles; dots lead into it, as realm_access.roles."
    )
    roles: dict[str, Role] = Field(
        {}, description="Which role each group gives; of several the widest. Left out, roles are given here alone."
    )
    default_role: Role = Field("member", description="The role of whoever is in none of these groups.")

    @model_validator(mode="after")
    def _groups_are_told(self) -> "GroupSettings":
        if self.roles and not self.groups_claim:
            raise ValueError("Set groups_claim, which says whose role is meant.")
        return self


class OidcSettings(GroupSettings):
    """One issuer by which people sign in at the page: Keycloak, Entra, Okta, Google, any that can be discovered."""

    name: str = Field(min_length=1, max_length=60, description="What the button of the page calls it.")
    issuer: str = Field(min_length=1, description="Its exact issuer URL; what else is needed is found from there.")
    client_id: str = Field(min_length=1, description="What Palaver is called there.")
    client_secret: Sealed[str] | None = Field(None, description="The secret it gave; left out for public clients.")
    client_secret_env: str | None = Field(None, description="The environment variable with that secret, instead.")
    redirect_uri: str | None = Field(
        None,
        description="Where it sends people back to, exactly as it was told there; left out, "
        "/api/v1/auth/oidc/ID/callback under the address that the page has.",
    )
    scopes: tuple[str, ...] = Field(("openid", "profile", "email"), description="What is asked of it.")
    algorithms: tuple[Algorithm, ...] = Field(("RS256", "ES256"), min_length=1, description="Signatures accepted.")
    subject_claim: str = Field("sub", description="The claim that names the user within the issuer; for Entra, oid.")
    email_claim: str = Field("email", description="The claim with the user's e-mail address.")
    name_claim: str = Field("name", description="The claim with the user's name.")
    allowed_domains: tuple[str, ...] = Field((), description="Domains of e-mail addresses that may sign in; all.")
    allowed_groups: tuple[str, ...] = Field((), description="Groups one of which somebody must be in; none needed.")
    trust_emails: bool = Field(
        False, description="Whether addresses count for allowed_domains that the issuer does not call verified."
    )
    make_users: bool = Field(True, description="Whether people who were never here get a user when they sign in.")
    sync_groups: bool = Field(False, description="Whether its groups are groups here too, renewed at every sign-in.")
    insecure_http: bool = Field(False, description="Whether it may be asked over plain http on another machine.")

    @model_validator(mode="after")
    def _can_be_asked(self) -> "OidcSettings":
        if "openid" not in self.scopes:
            raise ValueError("scopes must name openid.")
        if not may_fetch(self.issuer, insecure_http=self.insecure_http):
            raise ValueError(f"{self.issuer} is not an https URL; set insecure_http to ask it over plain http.")
        if (self.allowed_groups or self.sync_groups) and not self.groups_claim:
            raise ValueError("Set groups_claim, which says whose groups are meant.")
        if self.client_secret and self.client_secret_env:
            raise ValueError("Set client_secret or client_secret_env, not both.")
        return self
