"""How the person is doing, as far as words tell; it treats nobody, diagnoses nothing and keeps nothing."""
