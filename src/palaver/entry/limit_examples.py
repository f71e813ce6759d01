"""What limits and budgets look like, for the OpenAPI document; it serves nothing."""

from typing import Any

from palaver.identity.budgets.api import BudgetList, LimitsView, RunsNow
from palaver.identity.budgets.service import BudgetView, Part
from palaver.identity.limits.service import RateLeft

BUDGET = "bud_019aa3c5f0807d2f9b66e4d3c2b1a009"
_USER = "usr_019aa3c5e0007b62dfaac8b7a6f5e406"

REQUESTS: dict[str, dict[str, Any]] = {
    "set_budget": {
        "Twenty dollars a month": {"user_id": _USER, "usd": 20.0},
        "Tokens of a key": {"key_id": "key_019aa3c5e0147a51ce99b7a6f5e4d305", "tokens": 1_000_000},
    }
}
_VIEW = BudgetView(
    id=BUDGET,
    kind="user",
    subject_id=_USER,
    month="2026-11",
    resets_at="2026-12-01T00:00:00.000000Z",
    tokens=None,
    usd=Part(20.0, 16.5, 0.25, 3.25),
    warning=True,
)
ANSWERS: dict[str, Any] = {
    "get_limits": LimitsView(
        [RateLeft(group="runs", by="user", limit=100_000, seconds=3_600, remaining=99_998, reset=1)],
        [_VIEW],
        RunsNow(6_000, 1, 0),
    ),
    "list_budgets": BudgetList([_VIEW], None),
    "set_budget": _VIEW,
}
