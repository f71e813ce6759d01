"""What the audit log looks like, for the OpenAPI document; it serves nothing."""

from typing import Any

from palaver.privacy.audit.api import AuditPage
from palaver.privacy.audit.chain import AuditEntry

_ADMIN, _USER = "usr_019aa3c5e0007b62dfaac8b7a6f5e406", "usr_019aa3c5f0507c1e8a55d3c2b1a09f06"
ANSWERS: dict[str, Any] = {
    "list_audit": AuditPage(
        [
            AuditEntry(
                n=41,
                at="2026-11-21T12:00:01.250000Z",
                kind="user.role_changed",
                actor_id=_ADMIN,
                subject=_USER,
                address="192.0.2.7",
                request_id="req_019aa3c5f0607c1e8a55d3c2b1a09f07",
                detail={"role": "viewer"},
                hash="5d1c" * 16,
                seal="a07e" * 16,
            )
        ],
        None,
    )
}
