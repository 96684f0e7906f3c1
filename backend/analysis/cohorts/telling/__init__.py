"""What a cohort says: its claims, medians and notes in words, its curves as rows and as pictures."""
