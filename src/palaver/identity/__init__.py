"""Who is asking: users, tokens, keys and what they may do; not what belongs to whom (that is each feature's store)."""
