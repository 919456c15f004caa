"""Rules and values of the nation, one topic per pair of files: `<topic>.py` and `<topic>.yaml`."""
