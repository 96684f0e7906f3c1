"""The analysis on files: the one place in this package that reads and writes."""
