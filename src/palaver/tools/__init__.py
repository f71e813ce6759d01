"""What an agent may do: tools, who has to say yes to them, and where they come from."""
