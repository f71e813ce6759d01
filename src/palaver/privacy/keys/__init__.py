"""The keys that seal secrets: where they lie, how they are wrapped, and how one takes another's place."""
