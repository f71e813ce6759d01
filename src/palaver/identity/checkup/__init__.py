"""What an operator should know of accounts and keys; it changes none."""
