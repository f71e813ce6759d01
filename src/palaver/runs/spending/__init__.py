"""What runs take of the budgets of those who asked; what budgets are stands in `identity.budgets`."""
