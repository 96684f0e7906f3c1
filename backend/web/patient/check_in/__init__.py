"""One check-in: reached signed in or by its link, asked a question a screen, answered, skipped or taken back."""
