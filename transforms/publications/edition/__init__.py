"""The content of one publication, collected before anything is written."""
