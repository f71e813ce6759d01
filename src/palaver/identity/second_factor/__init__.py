"""A second thing that signing in asks for: codes of an authenticator app, and backup codes on paper."""
