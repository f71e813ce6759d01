"""Small trained readers of words; they are told a text and tell probabilities, and decide nothing about anybody."""
