"""What enters and leaves in bulk, and the tokens that let programs in."""
