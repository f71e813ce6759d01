"""Which run works next where more want to than there is room for."""
