"""Sessions: the tree of messages, its titles, its search; not the runs that make them grow."""
