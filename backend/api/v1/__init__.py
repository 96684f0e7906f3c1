"""Version 1 of the interface, a module a subject."""
