"""How messages are built, sent and answered. `kuaichu.wiring` fills the tables when the product starts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kuaichu.links.adapters import Adapter
from kuaichu.links.models import Exchange

Build = Callable[[Exchange], dict[str, Any]]
TakeReply = Callable[[Exchange, dict[str, Any]], None]
TakeFailure = Callable[[Exchange], None]


@dataclass(frozen=True)
class Tables:
    """Keys are (kind, operation), for `adapters` the kind."""

    messages: Mapping[tuple[str, str], Build]
    replies: Mapping[tuple[str, str], TakeReply]
    failures: Mapping[tuple[str, str], TakeFailure]
    adapters: Mapping[str, Callable[[], Adapter]]


_tables = Tables({}, {}, {}, {})


def use(tables: Tables) -> None:
    """Make `tables` the ones in force."""
    global _tables
    _tables = tables


def tables() -> Tables:
    """The tables in force."""
    return _tables
