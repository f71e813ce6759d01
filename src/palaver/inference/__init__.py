"""Every model we can ask: who offers it, what is known of it, how it is asked; not what becomes of the answer."""
