"""One file for each version of the tables, each knowing the way to it and back."""
