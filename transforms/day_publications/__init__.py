"""Publications of daily scores, inside a force."""
