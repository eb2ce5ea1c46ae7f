"""The tests, ordered by their distance to the real thing."""
