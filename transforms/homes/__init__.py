"""A home: its folders, its runs, and the settings of its hexbeat.toml."""
