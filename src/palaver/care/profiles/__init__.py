"""How much of care there is in a session: nothing that judges, safety, or all of it; it reads no text."""
