"""What Buurtbot remembers: the tables, the verbs on them, and the one way in."""
