"""What the law room answers with: an amount, where it comes from and how sure it is."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kuaichu.law.citations import Citation

type_by_unit: dict[str, type] = {
    "fen": int,
    "percent": int,
    "metre": int,
    "km_per_hour": int,
    "count": int,
    "byte": int,
    "second": int,
    "minute": int,
    "hour": int,
    "day": int,
    "working_day": int,
    "month": int,
    "year": int,
    "yes_no": bool,
    "daily_hours": str,
    "text": str,
}

# law: read in the act · practice: seen in use, no act says so · unsure: check before relying on it · design: our choice
CERTAINTIES = ("law", "practice", "unsure", "design")

_MARKS_ZH = {"law": "", "practice": "惯例", "unsure": "参考", "design": "平台约定"}
_MARKS_EN = {"law": "", "practice": "practice", "unsure": "for reference", "design": "set by this service"}

Amount = int | bool | str


@dataclass(frozen=True, slots=True)
class Value:
    """One value as it stands on one day in one place.

    `amount` has the type of its `unit` (`type_by_unit`); money is integer fen. `place` is the place that set it
    (often a wider one than was asked), `since` its first day in force, `checked_on` the day somebody last compared
    it with its source. `source` is an act of `sources.yaml`, `article` in the notation of `citations.py`.
    """

    key: str
    amount: Amount
    unit: str
    source: str
    article: str
    place: str
    since: date
    checked_on: date
    certainty: str

    @property
    def number(self) -> int:
        """The amount as a whole number; a value that holds none is a mistake of the caller."""
        if type(self.amount) is not int:
            raise TypeError(f"{self.key} holds {self.unit}, not a number")
        return self.amount

    @property
    def is_yes(self) -> bool:
        """The amount of a yes/no value."""
        if type(self.amount) is not bool:
            raise TypeError(f"{self.key} holds {self.unit}, not yes or no")
        return self.amount

    @property
    def is_unsure(self) -> bool:
        return self.certainty == "unsure"

    @property
    def mark_zh(self) -> str:
        """A word to print beside the amount: empty for law, 参考 for what nobody has confirmed."""
        return _MARKS_ZH[self.certainty]

    @property
    def mark_en(self) -> str:
        return _MARKS_EN[self.certainty]

    @property
    def citation(self) -> "Citation":
        return _citation(self.source, self.article)


def mark_of(certainty: str) -> tuple[str, str]:
    """The word to print beside whatever has this certainty, in Chinese and English; both empty for `law`."""
    return _MARKS_ZH[certainty], _MARKS_EN[certainty]


@lru_cache(maxsize=4096)
def _citation(source: str, article: str) -> "Citation":
    from kuaichu.law.citations import Citation

    return Citation(source, article)
