"""What an agent is: instructions, model, grants and limits; and the shelves on which people keep such things."""
