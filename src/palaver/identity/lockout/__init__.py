"""Wrong passwords and codes: how many came lately, and how long the next must wait."""
