"""What is written down about security: who did what to which account, key or rule; never what anybody said."""
