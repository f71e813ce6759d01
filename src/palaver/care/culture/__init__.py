"""What words mean to the people who say them, where they live: sourced entries and phrases; it judges no danger."""
