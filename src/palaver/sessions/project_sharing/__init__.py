"""Projects that are shared with people, groups and organisations."""
