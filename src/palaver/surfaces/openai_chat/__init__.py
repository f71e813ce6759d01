"""OpenAI's Chat Completions: what is asked, how it is told, and the routes; nothing of the other OpenAI APIs."""
