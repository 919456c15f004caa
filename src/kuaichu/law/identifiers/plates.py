"""Number plates: tidied, judged by kind (号牌种类), refused with what to do."""

import re
from dataclasses import dataclass

from kuaichu.law.identifiers.errors import IdentifierError
from kuaichu.law.identifiers.plate_forms import (
    EBIKE_KIND,
    NO_PLATE_KIND,
    OTHER_KIND,
    PROVINCES,
    forms,
    guessed_temporary,
    lookalikes,
    offices,
    unmistakable_others,
)
from kuaichu.law.identifiers.text import compact

_PLAIN = re.compile(rf"[{PROVINCES}][A-Z][0-9A-Z]{{5,6}}")
_FREE_CHARACTERS = re.compile(r"[0-9A-Z\u3400-\u9FFF]*")
_MOST_LETTERS = 3
_PLAIN_KINDS = frozenset({"01", "02", "07", "08", "13", "51", "52"})


@dataclass(frozen=True, slots=True)
class Plate:
    """A vehicle's key: kind (号牌种类 code, or `ebike`) and tidied number, empty for 无号牌 (41)."""

    kind: str
    number: str

    @property
    def display(self) -> str:
        """As it is read aloud and printed: 浙D·12345."""
        if self.kind != EBIKE_KIND and _PLAIN.match(self.number):
            return f"{self.number[:2]}·{self.number[2:]}"
        return self.number or "无号牌"

    @property
    def masked(self) -> str:
        """For readers who are no party: 浙D***45."""
        if len(self.number) < 5:
            return "*" * len(self.number)
        return self.number[:2] + "*" * (len(self.number) - 4) + self.number[-2:]

    @property
    def is_new_energy(self) -> bool:
        return self.kind in ("51", "52")


def parse_plate(text: str, *, kind: str, is_confirmed: bool = False) -> Plate:
    """A plate of one kind. `is_confirmed` accepts what is unusual but possible (an error says `is_confirmable`).

    Raises IdentifierError that says which place to look at.
    """
    if kind == NO_PLATE_KIND:
        return Plate(kind=kind, number="")
    if kind not in forms:
        raise IdentifierError("plate.kind", "请选择号牌种类", "Please choose the kind of plate")
    number = _tidy(text, is_confirmed=is_confirmed)
    if not any(pattern.fullmatch(number) for pattern in forms[kind].patterns):
        raise _explain(number, kind)
    if kind in _PLAIN_KINDS and not is_confirmed:
        _ask_when_unusual(number)
    return Plate(kind=kind, number=number)


def guess_plates(text: str) -> tuple[Plate, ...]:
    """Every kind whose form the number has, the likeliest first; one car number is 02, but 01 and 07 as well.

    Raises IdentifierError when it is no plate at all or needs a confirmation. E-bike plates can't be guessed.
    """
    number = _tidy(text, is_confirmed=False)
    kinds = [
        kind
        for kind, form in forms.items()
        if form.is_guessed and kind != "22" and any(pattern.fullmatch(number) for pattern in form.patterns)
    ]
    if guessed_temporary.fullmatch(number):
        kinds.append("22")
    if any(pattern.fullmatch(number) for pattern in unmistakable_others):
        kinds.append(OTHER_KIND)
    if not kinds:
        raise _explain(number, "52" if len(number) == 8 else "02")
    if kinds[0] in _PLAIN_KINDS:
        _ask_when_unusual(number)
    return tuple(Plate(kind=kind, number=number) for kind in kinds)


def _tidy(text: str, *, is_confirmed: bool) -> str:
    mixed = compact(text)
    if not mixed:
        raise IdentifierError("plate.empty", "请填写号牌号码", "Please enter the plate number")
    if "l" in mixed and any(char.isupper() and char.isascii() for char in mixed) and not is_confirmed:
        raise IdentifierError(
            "plate.letter_l",
            "号牌里有小写的 l，看不出是字母 L 还是数字 1，请用大写重新填写",
            "The plate has a small l: please write the capital letter L or the digit 1",
            is_confirmable=True,
        )
    number = mixed.upper()
    return f"{number[1:]}使" if re.fullmatch("使[0-9]{6}", number) else number


def _ask_when_unusual(number: str) -> None:
    """Raises a confirmable error for an issuing letter not known to be in use, or more letters than are issued."""
    if number[1] not in offices[number[0]] and not number[1].isdigit():
        raise IdentifierError(
            "plate.office",
            f"“{number[:2]}”不是常见的发牌机关代号，请核对前两位；如果确实如此，请确认后继续",
            f"“{number[:2]}” is no issuing office that we know. Please check the first two, or confirm to go on",
            is_confirmable=True,
        )
    if sum(char.isalpha() for char in number[2:]) > _MOST_LETTERS:
        raise IdentifierError(
            "plate.letters",
            "号牌后几位的字母比较多，请核对有没有把数字看成字母；如果确实如此，请确认后继续",
            "There are unusually many letters. Please check whether some are digits, or confirm to go on",
            is_confirmable=True,
        )


def _explain(number: str, kind: str) -> IdentifierError:
    """The most helpful refusal for a number that does not have the form of its kind."""
    form = forms[kind]
    if not _FREE_CHARACTERS.fullmatch(number):
        return IdentifierError(
            "plate.characters",
            "号牌里只有汉字、字母和数字，请删掉其他符号",
            "A plate has only Chinese characters, letters and digits. Please remove other signs",
        )
    if kind in _PLAIN_KINDS:
        return _explain_plain(number, kind)
    return IdentifierError(
        "plate.shape",
        f"这不像{form.zh}的号牌，应类似“{form.example}”，请核对号牌种类和号码",
        f"This does not look like the plate of a {form.en} such as “{form.example}”. Please check kind and number",
    )


def _explain_plain(number: str, kind: str) -> IdentifierError:
    form = forms[kind]
    if number[0] not in PROVINCES:
        hint = lookalikes.get(number[0], "")
        if hint:
            return IdentifierError(
                "plate.province",
                f"没有“{number[0]}”这个省份简称，是不是“{hint}”？请核对第一个字",
                f"No province has the sign “{number[0]}”. Is it “{hint}”? Please check the first character",
            )
        return IdentifierError(
            "plate.province",
            "号牌第一位应是省份简称，例如“浙”，请核对",
            "A plate starts with the sign of a province, such as “浙”. Please check it",
        )
    if not re.fullmatch("[A-Z]", number[1:2]):
        return IdentifierError(
            "plate.letter_missing",
            "号牌第二位应是字母，例如“浙D”，请核对",
            "The second character is a letter, such as in “浙D”. Please check it",
        )
    if "O" in number or "I" in number:
        return IdentifierError(
            "plate.letter_o",
            "民用号牌里没有字母 O 和 I，请看看是不是数字 0 和 1",
            "Civil plates never use the letters O and I. Please see whether they are the digits 0 and 1",
        )
    return _explain_length(number, kind, form.zh, form.example)


def _explain_length(number: str, kind: str, zh: str, example: str) -> IdentifierError:
    wanted = 8 if kind in ("51", "52") else 7
    if len(number) == 8 and wanted == 7:
        return IdentifierError(
            "plate.length_8",
            "8 位号牌是新能源汽车的，请改选新能源号牌，或核对是否多填了一位",
            "Eight characters belong to new-energy plates. Please choose that kind, or check for one too many",
        )
    if len(number) == wanted == 8:
        return IdentifierError(
            "plate.new_energy",
            f"{zh}号牌应类似“{example}”：小型车第三位、大型车最后一位是 A 至 H、J、K 中的一个，请核对",
            f"A new-energy plate looks like “{example}”: its third (large vehicles: last) character is A–H, J or K",
        )
    if len(number) != wanted:
        return IdentifierError(
            "plate.length",
            f"{zh}号牌应为 {wanted} 位，现在是 {len(number)} 位，请核对是否多填或漏填",
            f"This kind of plate has {wanted} characters, this has {len(number)}. Please check it",
        )
    return IdentifierError(
        "plate.shape",
        f"这不像{zh}的号牌，应类似“{example}”，请核对号牌种类和号码",
        f"A plate of this kind looks like “{example}”. Please check kind and number",
    )
