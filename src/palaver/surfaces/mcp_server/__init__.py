"""Palaver as an MCP server: its sessions, files and answers for clients of that protocol."""
