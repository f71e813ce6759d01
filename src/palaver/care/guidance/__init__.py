"""What is said when somebody may need help: to the person, by the offline guide, and to models; it notices nothing."""
