"""What requests and answers about accounts look like, for the OpenAPI document; it serves nothing."""

from typing import Any

from palaver.core.principal import Role
from palaver.identity.inviting.api import HouseInvitation, HouseInvitationList, NewHouseInvitation
from palaver.identity.registering.api import EmailWanted
from palaver.identity.second_factor.api import BackupCodes, NewSecret, SecondFactorView, SecondFactorWanted
from palaver.identity.users.api import LinkMade, UserList, UserView

_INVITATION = ("hin_019aa3c5e0147a51ce99b7a6f5e4d307", "grace@example.org")
_NEXT_YEAR = "2027-01-01T00:00:00.000000Z"
_CODES = [
    "k3mz-77qp-wd4x-bn2h", "p9sd-fge2-3tyu-a8rv", "c5vb-2wnj-x4kz-q7mh", "t6gr-e3fd-sw9y-u2pa", "z8xn-4cvk-bj7m-h5qd",
    "a2wd-r9te-gy6f-k3sp", "m7nq-hb5v-2cxz-j8ud", "e4tf-p6gy-s3wa-d9rk", "v2bx-nm8c-z5kq-7hjt", "u3yr-f7ed-g4sa-w6pk",
]  # fmt: skip

REQUESTS: dict[str, dict[str, Any]] = {
    "register": {
        "An account": {"email": "ada@example.org", "password": "correct horse battery", "name": "Ada"},
        "By invitation": {"email": "ada@example.org", "password": "correct horse battery", "invitation": "Jd8…"},
    },
    "verify_email": {"The secret of the link": {"token": "fH2…"}},
    "resend_verification": {"Whom to write to": {"email": "ada@example.org"}},
    "forgot_password": {"Whom to write to": {"email": "ada@example.org"}},
    "reset_password": {"A new one": {"token": "fH2…", "new_password": "staple the horse"}},
    "login_with_second_factor": {
        "A code of the app": {"token": "s9K…", "code": "492039"},
        "A backup code": {"token": "s9K…", "code": _CODES[0]},
    },
    "begin_second_factor": {"The password": {"current_password": "correct horse battery"}},
    "confirm_second_factor": {"A code of the app": {"code": "492039"}},
    "renew_backup_codes": {"A code of the app": {"code": "492039"}},
    "remove_second_factor": {"Both": {"current_password": "correct horse battery", "code": "492039"}},
    "create_user": {
        "With a password": {"email": "grace@example.org", "password": "correct horse battery", "role": "member"},
        "Who chooses one by a link": {"email": "grace@example.org", "name": "Grace"},
    },
    "change_user": {
        "Another role": {"role": "counsellor"},
        "No longer here": {"disabled": True},
    },
    "create_house_invitation": {
        "Whoever has the link": {},
        "Somebody in particular": {"email": "grace@example.org", "role": "member", "expires_at": _NEXT_YEAR},
    },
}


def answers(user: tuple[str, str], noon: str) -> dict[str, Any]:
    """Operation → the answer when all goes well, about this user's id and address."""
    view = _view(user, noon)
    kept = HouseInvitation(*_INVITATION, _MEMBER, noon, _NEXT_YEAR, None)
    link = "https://chat.example.org/#register=Jd8…"
    return {
        "register 202": EmailWanted("verify_email"),
        "login 202": SecondFactorWanted("second_factor", "s9K…", 300, ["totp", "backup_code"]),
        "verify_email 202": SecondFactorWanted("second_factor", "s9K…", 300, ["totp", "backup_code"]),
        "get_second_factor": SecondFactorView(True, 10),
        "begin_second_factor": NewSecret(
            "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
            "otpauth://totp/Palaver%3Aada%40example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Palaver"
            "&algorithm=SHA1&digits=6&period=30",
        ),
        "confirm_second_factor": BackupCodes(_CODES),
        "renew_backup_codes": BackupCodes(_CODES),
        "list_users": UserList([view], None),
        "create_user": view,
        "get_user": view,
        "change_user": view,
        "create_reset_link": LinkMade("https://chat.example.org/#reset=fH2…", _NEXT_YEAR),
        "list_house_invitations": HouseInvitationList([kept], None),
        "create_house_invitation": NewHouseInvitation(*_INVITATION, _MEMBER, noon, _NEXT_YEAR, None, link),
    }


_MEMBER: Role = "member"


def _view(user: tuple[str, str], noon: str) -> UserView:
    return UserView(
        id=user[0],
        email=user[1],
        name="Ada",
        role=_MEMBER,
        issuer=None,
        second_factor=True,
        created_at=noon,
        verified_at=noon,
        disabled_at=None,
    )
