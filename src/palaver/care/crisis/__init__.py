"""What a text says about danger to somebody, and where it says so; it reads nothing from disk and calls nobody."""
