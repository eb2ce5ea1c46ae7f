"""How meetings are asked about, planned and spoken of, shared by the flows of meetings."""
