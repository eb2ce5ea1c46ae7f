"""Buurtbot: receiving, talking and sending; what it talks about is in `handlers`."""
