"""What API keys over time and service accounts look like, for the OpenAPI document; it serves nothing."""

from typing import Any

from palaver.identity import schemas
from palaver.identity.api_keys.api import LeakedList
from palaver.identity.api_keys.leaks import Leaked
from palaver.identity.service_accounts.api import ServiceAccount, ServiceAccountList

ACCOUNT = "svc_019aa3c5f0607d2f9b66e4d3c2b1a007"
_NEXT = "key_019aa3c5f0617a51ce99b7a6f5e4d308"

REQUESTS: dict[str, dict[str, Any]] = {
    "rotate_api_key": {"Both hold for an hour": {"overlap_seconds": 3600}},
    "look_up_leaked_keys": {"What a scanner found": {"text": "config.py:3: KEY = 'plv_…'", "revoke": True}},
    "create_service_account": {"A program": {"name": "nightly reports", "role": "member"}},
    "change_service_account": {"Let it rest": {"disabled": True}},
    "create_key_of_service_account": {
        "For one machine": {"name": "reports", "scopes": ["sessions:read"], "networks": ["192.0.2.7"]}
    },
    "rotate_key_of_service_account": {"The old one ends at once": {"overlap_seconds": 0}},
}


def answers(key: str, user: str, at: str) -> dict[str, Any]:
    """Operation → answer."""
    kept = schemas.KeyInfo(key, "reports", ["sessions:read"], at, None, None, ["192.0.2.7/32"], None, _NEXT)
    made = schemas.NewKey(_NEXT, "reports", ["sessions:read"], at, None, None, "plv_…", ["192.0.2.7/32"], key)
    account = ServiceAccount(ACCOUNT, "nightly reports", "member", False, at)
    leaked = Leaked(key_id=key, state="active", user_id=user, name="reports", created_at=at, revoked=True)
    return {
        "rotate_api_key": made,
        "look_up_leaked_keys": LeakedList([leaked]),
        "list_service_accounts": ServiceAccountList([account]),
        "create_service_account": account,
        "get_service_account": account,
        "change_service_account": account,
        "list_keys_of_service_account": schemas.KeyList([kept]),
        "create_key_of_service_account": made,
        "rotate_key_of_service_account": made,
    }
