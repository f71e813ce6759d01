"""Users who are deleted, for good."""
