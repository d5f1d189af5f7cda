"""From a method's expectation to the rows of the scores table."""
