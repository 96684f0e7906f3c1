"""What pictures are made of: axes, bands, marks, words of known width, and the sheet they are stacked on."""
