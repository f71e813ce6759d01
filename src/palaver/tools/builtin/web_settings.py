"""What an operator may set about pages and searches of the web; it fetches nothing."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from palaver.kit.http import AddressRefused, Guard
from palaver.kit.sealed import Sealed

SearchKind = Literal["searxng", "brave", "tavily"]

# Where a search API is when nobody says otherwise; searxng is always somebody's own.
SEARCH_URLS: dict[SearchKind, str] = {
    "brave": "https://api.search.brave.com/res/v1/web/search",
    "tavily": "https://api.tavily.com/search",
}


class WebSettings(BaseModel):
    """How agents reach the web: `WebFetch` reads pages, `WebSearch` asks a search API, if one is configured."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fetch: bool = Field(True, description="Whether agents are offered WebFetch.")
    allow_http: bool = Field(False, description="Whether pages may be read over plain http.")
    allow_private: bool = Field(
        False, description="Whether pages at private addresses may be read, such as an intranet's."
    )
    page_bytes: int = Field(5_242_880, ge=1_024, description="The largest page that is read, unpacked.")
    page_seconds: float = Field(30, gt=0, le=300, description="Seconds a page may take, redirects included.")
    search: SearchKind | None = Field(None, description="The search API for WebSearch; left out, it is not offered.")
    search_url: str | None = Field(
        None, description="Where the search API is; needed for searxng. It may be private and speak plain http."
    )
    search_key: Sealed[str] | None = Field(None, description="The key for the search API; needed for brave and tavily.")

    @property
    def guard(self) -> Guard:
        """Which pages may be read."""
        return Guard(schemes=_schemes(self.allow_http), private=self.allow_private)

    @property
    def search_at(self) -> str:
        """Where the search API is, if one is configured."""
        return self.search_url or (SEARCH_URLS.get(self.search, "") if self.search else "")

    @model_validator(mode="after")
    def _whole(self) -> "WebSettings":
        if self.search is None:
            return self
        if not self.search_at:
            raise ValueError(f"Set search_url: where {self.search} is.")
        if self.search != "searxng" and self.search_key is None:
            raise ValueError(f"Set search_key: {self.search} wants one.")
        try:
            SEARCH_GUARD.checked(self.search_at)
        except AddressRefused as refused:
            raise ValueError(f"search_url: {refused}") from None
        return self


def _schemes(http: bool) -> frozenset[str]:
    return frozenset({"https", "http"}) if http else frozenset({"https"})


# The operator names this one server, so it may be anywhere.
SEARCH_GUARD = Guard(schemes=_schemes(http=True), private=True)
