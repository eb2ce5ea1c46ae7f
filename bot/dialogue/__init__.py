"""The dialogue kernel: talks that are run again at every turn, with no I/O of their own."""
