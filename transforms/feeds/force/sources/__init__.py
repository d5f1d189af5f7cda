"""Where a force's drops come from: a server, a store or a database of the force."""
