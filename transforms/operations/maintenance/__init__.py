"""How a home is kept in order: old runs retired, files that nothing needs removed."""
