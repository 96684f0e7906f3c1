"""Storing ratings, amending them and taking them back, and the alerts they raise."""
