"""Days, hours and lengths of time as people type them, and the moments that they mean."""
