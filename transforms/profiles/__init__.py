"""Problem profiles: what is known of one hot spot or place, for problem solving."""
