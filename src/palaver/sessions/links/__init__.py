"""Links by which anybody reads a frozen branch of a session, without an account and without scripts."""
