"""MCP servers for tests: one of ours that does whatever a test needs, and real ones from registries."""
