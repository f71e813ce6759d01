"""Accounts of programs: users whom nobody signs in as, who act by API keys that administrators make for them."""
