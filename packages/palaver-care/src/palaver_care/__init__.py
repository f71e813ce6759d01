"""The trained files of Palaver's encoder for words about how somebody is; there is no code in it."""

__version__ = "2026.11.22"
