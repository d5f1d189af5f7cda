"""A home's runs on disk: made whole, sealed, listed."""
