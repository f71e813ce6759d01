"""Every model we can ask: who offers it, what is known about it, how it is asked; not what is asked, nor what becomes of it."""
