"""Everything that changes a record or a check of a vehicle. A partner's answer never changes a case."""

from kuaichu.records.actions.checking import (
    drop_failed,
    forget_checks,
    look_up,
    note_look_up_failed,
    take_vehicle,
)
from kuaichu.records.actions.filing import file_record, file_since, note_record_failed, recall_record, take_recorded

__all__ = [
    "drop_failed",
    "file_record",
    "file_since",
    "forget_checks",
    "look_up",
    "note_look_up_failed",
    "note_record_failed",
    "recall_record",
    "take_recorded",
    "take_vehicle",
]
