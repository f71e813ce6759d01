"""Which words may be told and which may not, in both directions; how a person is doing is not judged here."""
