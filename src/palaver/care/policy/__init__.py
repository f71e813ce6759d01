"""What administrators change of how words are judged and answered, within bounds, with history; it judges nobody."""
