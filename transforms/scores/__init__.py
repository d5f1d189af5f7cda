"""From incidents to scores: panel, view, methods, labels and the table."""
