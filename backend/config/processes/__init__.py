"""The processes Ebb consists of: what each is started with, and how one supervisor keeps them."""
