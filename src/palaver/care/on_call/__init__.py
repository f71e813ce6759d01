"""Who is called when somebody needs a human: a ladder of groups; it calls nobody."""
