"""What of the shelves is shared with people, groups and organisations, between one's own and the whole house."""
