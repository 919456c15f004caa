"""What a check found: one line each."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """`note`: worth knowing, nothing is wrong."""

    GOOD = "good"
    NOTE = "note"
    FAULT = "fault"


@dataclass(frozen=True)
class Finding:
    """`topic` is journal, anchor, photo, instrument, signature, file, deadline, matter or case; `code` is stable;
    `text`
    is a Chinese line without personal data."""

    level: Level
    topic: str
    code: str
    text: str

    @property
    def is_fault(self) -> bool:
        """Whether something does not fit."""
        return self.level == Level.FAULT


def good(topic: str, code: str, text: str) -> Finding:
    """Looked at, and it fits."""
    return Finding(Level.GOOD, topic, code, text)


def note(topic: str, code: str, text: str) -> Finding:
    """Worth knowing."""
    return Finding(Level.NOTE, topic, code, text)


def fault(topic: str, code: str, text: str) -> Finding:
    """It does not fit."""
    return Finding(Level.FAULT, topic, code, text)
