"""The lake: Delta tables, their schemas, and the storage under them."""
