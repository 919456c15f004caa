"""What the analysis refuses, in words that say what to do."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path


class BadInput(ValueError):
    """Input that no analysis can use.

    `field` names the argument, option or column; `row` is the first row at fault, counted from 0, or None; `file` is
    the file at fault where one is known.
    """

    def __init__(self, zh: str, en: str, *, field: str = "", row: int | None = None, file: Path | None = None) -> None:
        super().__init__(f"{zh} / {en}")
        self.zh = zh
        self.en = en
        self.field = field
        self.row = row
        self.file = file


@contextmanager
def about(file: Path, *, instead: Mapping[str, Path] | None = None) -> Iterator[None]:
    """A BadInput within that names no file yet is about this one, or about another for some fields."""
    try:
        yield
    except BadInput as refused:
        refused.file = refused.file or (instead or {}).get(refused.field, file)
        raise
