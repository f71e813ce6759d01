"""What SCIM says of itself here: what it can do, and the schemas of users and groups (RFC 7643); it holds no data."""

from typing import Any

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Schema"
_TYPE = "urn:ietf:params:scim:schemas:core:2.0:ResourceType"
_CONFIG = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"

Document = dict[str, Any]


def _attribute(name: str, kind: str = "string", *below: Document, **more: Any) -> Document:
    said: Document = {"name": name, "type": kind, "multiValued": False, "description": name, "required": False}
    said |= {"mutability": "readWrite", "returned": "default"}
    said |= {"caseExact": False, "uniqueness": "none"} if kind in {"string", "reference"} else {}
    return said | ({"subAttributes": list(below)} if below else {}) | more


def _several(name: str, *below: Document, **more: Any) -> Document:
    usual = below or (
        _attribute("value"),
        _attribute("display"),
        _attribute("type"),
        _attribute("primary", "boolean"),
    )
    return _attribute(name, "complex", *usual, multiValued=True, **more)


_NAME = ("formatted", "familyName", "givenName", "middleName", "honorificPrefix", "honorificSuffix")
_ADDRESS = ("formatted", "streetAddress", "locality", "region", "postalCode", "country", "type")
_TEXTS = ("displayName", "nickName", "title", "userType", "preferredLanguage", "locale", "timezone")
_READ: dict[str, Any] = {"mutability": "readOnly"}

_USER = (
    _attribute("userName", required=True, uniqueness="server"),
    _attribute("name", "complex", *(_attribute(one) for one in _NAME)),
    *(_attribute(one) for one in _TEXTS),
    _attribute("profileUrl", "reference", referenceTypes=["external"]),
    _attribute("active", "boolean"),
    _several("emails"),
    _several("phoneNumbers"),
    _several("addresses", *(_attribute(one) for one in _ADDRESS), _attribute("primary", "boolean")),
    _several("roles"),
    _several("entitlements"),
    _several("groups", _attribute("value", **_READ), _attribute("display", **_READ), **_READ),
)
_ENTERPRISE = (
    *(_attribute(one) for one in ("employeeNumber", "costCenter", "organization", "division", "department")),
    _attribute("manager", "complex", _attribute("value"), _attribute("displayName", **_READ)),
)
_MEMBER = (
    _attribute("value", mutability="immutable", caseExact=True),
    _attribute("$ref", "reference", mutability="immutable", referenceTypes=["User"]),
    _attribute("display", **_READ),
    _attribute("type", mutability="immutable", canonicalValues=["User"]),
)
_GROUP = (_attribute("displayName", required=True), _several("members", *_MEMBER))


def configuration(base: str, most: int) -> Document:
    """What can be done here."""
    return {
        "schemas": [_CONFIG],
        "patch": {"supported": True},
        "bulk": {"supported": False, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": True, "maxResults": most},
        "changePassword": {"supported": False},
        "sort": {"supported": False},
        "etag": {"supported": False},
        "authenticationSchemes": [
            {
                "type": "oauthbearertoken",
                "name": "Bearer token",
                "description": "An API key of an administrator with the scope scim.",
                "primary": True,
            }
        ],
        "meta": {"resourceType": "ServiceProviderConfig", "location": f"{base}/ServiceProviderConfig"},
    }


def resource_types(base: str) -> list[Document]:
    """Users and groups."""
    user = _type("User", "/Users", USER, base)
    user["schemaExtensions"] = [{"schema": ENTERPRISE, "required": False}]
    return [user, _type("Group", "/Groups", GROUP, base)]


def schemas(base: str) -> list[Document]:
    """What each is made of."""
    told = ((USER, "User", _USER), (GROUP, "Group", _GROUP), (ENTERPRISE, "EnterpriseUser", _ENTERPRISE))
    return [
        {
            "schemas": [_SCHEMA],
            "id": urn,
            "name": name,
            "description": name,
            "attributes": list(attributes),
            "meta": {"resourceType": "Schema", "location": f"{base}/Schemas/{urn}"},
        }
        for urn, name, attributes in told
    ]


def listed(found: list[Document], total: int, start: int = 1) -> Document:
    """Some of a list, beginning at `start`."""
    return {
        "schemas": [LIST],
        "totalResults": total,
        "startIndex": start,
        "itemsPerPage": len(found),
        "Resources": found,
    }


def _type(name: str, endpoint: str, urn: str, base: str) -> Document:
    return {
        "schemas": [_TYPE],
        "id": name,
        "name": name,
        "endpoint": endpoint,
        "description": name,
        "schema": urn,
        "meta": {"resourceType": "ResourceType", "location": f"{base}/ResourceTypes/{name}"},
    }
