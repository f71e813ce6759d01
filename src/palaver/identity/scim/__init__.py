"""SCIM 2.0: a directory (Okta, Entra, …) looks after users and groups here; RFC 7643 and 7644."""
