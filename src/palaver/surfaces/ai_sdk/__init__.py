"""The AI SDK's UI message stream: what is asked, how it is told, and the routes; nothing of its providers."""
