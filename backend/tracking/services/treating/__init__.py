"""Planning, starting, correcting and cancelling treatments; the check-ins and the courses they belong to."""
