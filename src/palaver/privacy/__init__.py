"""What keeps people's things theirs: secrets at rest, later consent, export and erasure; it asks no names."""
