"""What feelings a text shows; it says nothing about its writer's health, and keeps nothing."""
