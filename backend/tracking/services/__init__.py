"""Every write a person can cause, one function each, with its audit row in the same transaction."""
