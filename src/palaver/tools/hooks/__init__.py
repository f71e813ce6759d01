"""What others are asked, or told, while an agent works."""
