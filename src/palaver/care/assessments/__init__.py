"""What was noticed in messages, as it is kept: one row for each, and the conversation's course; it reads no text."""
