"""What people agreed to and refused: a ledger that only grows; what it stops is stopped where it is done."""
