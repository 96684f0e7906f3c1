"""From ratings to onset and duration: pure functions over plain values, arrays and tables."""
