"""The commands of `hexbeat`, by what they are for."""
