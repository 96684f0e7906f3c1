"""My relief: what the answers to earlier check-ins add up to, on a page, on paper and as a file."""
