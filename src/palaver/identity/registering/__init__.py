"""How somebody comes by an account of their own, and back into it: registering, verifying, choosing a new password."""
