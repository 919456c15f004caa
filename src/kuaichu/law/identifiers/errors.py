"""The refusal of a typed identifier, and the remark that does not refuse."""

from dataclasses import dataclass

from kuaichu.errors import Refused


class IdentifierError(Refused):
    """What was typed can't be this identifier. `zh` and `en` say what to do; neither repeats more
    than the first two characters of a plate.

    `is_confirmable`: unusual but possible; the same call with `is_confirmed=True` accepts it.
    """

    def __init__(self, code: str, zh: str, en: str, *, is_confirmable: bool = False) -> None:
        super().__init__(code, zh)
        self.zh = zh
        self.en = en
        self.is_confirmable = is_confirmable


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to look at again that refuses nothing."""

    code: str
    zh: str
    en: str
