"""Personal data in words: where it stands, and what is told to models instead; it keeps no text."""
