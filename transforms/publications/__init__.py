"""Publications: what leaves hexbeat."""
