"""What people are written to by e-mail: links, and word of what happened to their account."""
