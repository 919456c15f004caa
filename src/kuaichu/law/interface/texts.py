"""JSON as bytes, read and written the same way for the command line and the API."""

import json
from typing import Any

from kuaichu.law.interface.errors import InputError

_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False)


def parse(raw: bytes) -> Any:
    """One JSON text in UTF-8, with or without a byte order mark. Raises InputError."""
    try:
        return json.loads(raw.decode("utf-8-sig"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise InputError("not_json", "", f"这不是 JSON / not JSON: {error}") from None


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")


def encode(answer: Any, indent: int | None = None) -> bytes:
    """UTF-8 on one line, or indented; half characters of the input come back as escapes."""
    text = json.dumps(answer, ensure_ascii=False, indent=indent) if indent else _compact.encode(answer)
    return text.encode("utf-8", "backslashreplace")
