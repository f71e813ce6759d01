"""What a model is told of a conversation, and how much that is; it asks no model."""
