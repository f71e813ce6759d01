"""What can be seen of a running server: logs, metrics and health; it serves no HTTP and knows no feature."""
