"""What a clinic's patients show together: claims, curves, comparisons, downloads."""
