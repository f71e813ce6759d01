"""Signing in by another issuer: OpenID Connect, authorization code with PKCE; tokens that come along are `issuers`."""
