"""The REST interface: the third door to the same services that the pages use."""
