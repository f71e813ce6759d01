"""A server that speaks S3, from the npm registry, as a process of its own."""
