"""Pages and plain addresses for people and their browsers."""
