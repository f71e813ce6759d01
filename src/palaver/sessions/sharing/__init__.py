"""Sessions and projects that are shared with groups, organisations and people; `members` are let in one by one."""
