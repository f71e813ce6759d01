"""The vocabulary that every floor shares: frozen values, no input, no output."""
