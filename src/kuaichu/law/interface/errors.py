"""What a caller gets for input that can't be read."""

from collections.abc import Iterable
from difflib import get_close_matches

_SHOWN = 40


class InputError(ValueError):
    """`field` is a path like parties[1].losses[0].amount_fen, empty for the whole; `nearest` are known codes."""

    def __init__(self, code: str, field: str, message: str, nearest: tuple[str, ...] = ()) -> None:
        super().__init__(f"{field}: {message}" if field else message)
        self.code = code
        self.field = field
        self.message = message
        self.nearest = nearest

    def as_json(self) -> dict[str, object]:
        row: dict[str, object] = {"code": self.code, "field": self.field, "message": self.message}
        return {"error": row | ({"nearest": list(self.nearest)} if self.nearest else {})}


def not_held(field: str) -> InputError:
    """The refusal of a day before the first rule that this product holds, or beyond its calendar."""
    message = "没有收录这一天的规定，请换一个日期 / no rules of this day are held; choose another"
    return InputError("not_in_force", field, message)


def unknown(field: str, given: str, known: Iterable[str], *, code: str = "unknown_code") -> InputError:
    """The refusal of an unknown code, with the nearest known ones (all, when they are few and none is near)."""
    codes = sorted(known)
    near = get_close_matches(given[:_SHOWN], codes, n=3, cutoff=0.4) or get_close_matches(
        given[:_SHOWN].upper(), codes, n=3, cutoff=0.3
    )
    near = near or codes[:8]
    return InputError(code, field, f"没有“{given[:_SHOWN]}”这个代码 / unknown; nearest: {', '.join(near)}", tuple(near))
