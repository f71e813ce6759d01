"""How often messages asked for an answer and humans were called, by month; it counts and knows nobody."""
