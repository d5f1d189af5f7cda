"""HTTP: requests, retries, replies."""
