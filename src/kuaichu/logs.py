"""Lines of the log without what people typed: an error's trace names files, lines and kinds, not its words.

An error's own text may quote a row or a form (PostgreSQL repeats the values of a violated key). In the demonstration,
whose people are invented, it is kept.
"""

import logging
import traceback
from collections.abc import Iterator
from types import TracebackType

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class Wordless(logging.Formatter):
    """Traces as Python prints them, each error by its kind and, from a database, its code and constraint."""

    def formatException(self, ei: ExcInfo) -> str:
        """The chain of errors, the first cause first."""
        error = ei[1]
        return "\n\n".join(_told(one) for one in reversed(list(_chain(error)))) if error else ""


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    at: BaseException | None = error
    while at is not None and id(at) not in seen:
        seen.add(id(at))
        yield at
        at = at.__cause__ or (None if at.__suppress_context__ else at.__context__)


def _told(error: BaseException) -> str:
    kind = type(error)
    frames = "".join(traceback.format_tb(error.__traceback__)).rstrip()
    known = [str(part) for part in (getattr(error, "sqlstate", ""), _constraint(error)) if part]
    code = f" ({', '.join(known)})" if known else ""
    return f"{frames}\n{kind.__module__}.{kind.__qualname__}{code}".lstrip("\n")


def _constraint(error: BaseException) -> str:
    return getattr(getattr(error, "diag", None), "constraint_name", None) or ""
