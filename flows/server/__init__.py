"""The Prefect server: our own, that of `hexbeat up`, and what runs on it."""
