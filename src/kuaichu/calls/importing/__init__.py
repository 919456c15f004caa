"""Files of calls: read in any of the usual encodings, checked in bulk, stored in batches, faults returned as a file."""

from kuaichu.calls.importing.running import Imported, import_calls

__all__ = ["Imported", "import_calls"]
