"""Insurers: the open protocol (`protocol`, `signing`), its adapter and the simulated insurers (`twins`)."""
