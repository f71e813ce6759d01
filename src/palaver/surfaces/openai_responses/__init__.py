"""OpenAI's Responses and Conversations over our runs and sessions."""
