"""What the documents say about speed, measured: `make bench`."""
