"""What holds on every route: who may enter, what is read from a request, how errors look."""
