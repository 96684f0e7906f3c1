"""Planning, starting, correcting and cancelling treatments."""
