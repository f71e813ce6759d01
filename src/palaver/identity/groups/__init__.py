"""Organisations and groups of people: who belongs to which; what is shared with them is known where it is kept."""
