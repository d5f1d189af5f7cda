"""The `hexbeat` command: its options, its commands, and what it prints."""
