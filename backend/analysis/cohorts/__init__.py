"""What the treatments of many patients show together."""
