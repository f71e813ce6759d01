"""What asking models may cost, by user, key, organisation and month, and what it did; no model is known here."""
