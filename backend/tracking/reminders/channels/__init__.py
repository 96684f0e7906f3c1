"""What a reminder says, and how each channel takes it over."""
