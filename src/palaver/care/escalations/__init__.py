"""Bringing a human: who is called when words ask for an answer soon; it judges no words and treats nobody."""
