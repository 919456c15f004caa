"""Documents that say who a person is: the 18-digit numbers of GB 11643, and all others as free text by kind."""

from dataclasses import dataclass
from datetime import date

from kuaichu.law.identifiers.errors import IdentifierError
from kuaichu.law.identifiers.text import compact_upper, is_ascii_digits

ID_NUMBER = "id_card"

# Kinds of documents beside the ID card: zh, en, least and most characters.
document_kinds: dict[str, tuple[str, str, int, int]] = {
    "passport": ("护照", "passport", 5, 20),
    "hk_mo_permit": ("港澳居民来往内地通行证", "mainland travel permit for Hong Kong and Macao residents", 8, 12),
    "tw_permit": ("台湾居民来往大陆通行证", "mainland travel permit for Taiwan residents", 7, 12),
    "permanent_resident_old": ("外国人永久居留证（旧版）", "permanent residence card (old)", 8, 20),
    "military": ("军官证、士兵证", "military identity card", 4, 30),
    "other": ("其他证件", "other document", 3, 30),
}

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"
_EARLIEST_BIRTH = date(1890, 1, 1)
_PROVINCES = frozenset(
    str(code)
    for block in (range(11, 16), range(21, 24), range(31, 38), range(41, 47), range(50, 55), range(61, 66))
    for code in block
) | {"71"}
_RESIDENT_PREFIXES = {"810000": "hk_resident", "820000": "mo_resident", "830000": "tw_resident"}


@dataclass(frozen=True, slots=True)
class IdNumber:
    """An 18-character number with a right check character and a real birth date.

    `kind`: citizen, hk_resident, mo_resident, tw_resident (residence permits 81/82/83) or permanent_resident (9…).
    """

    number: str
    kind: str
    born_on: date

    @property
    def is_male(self) -> bool:
        return int(self.number[16]) % 2 == 1

    @property
    def masked(self) -> str:
        """First three and last four stay readable."""
        return f"{self.number[:3]}{'*' * 11}{self.number[-4:]}"

    def age(self, *, on: date) -> int:
        """Full years on the day."""
        return on.year - self.born_on.year - ((on.month, on.day) < (self.born_on.month, self.born_on.day))


@dataclass(frozen=True, slots=True)
class Document:
    """Any other identity document: its kind (a key of `document_kinds`) and its number, tidied only."""

    kind: str
    number: str

    @property
    def masked(self) -> str:
        shown = min(2, len(self.number) // 4)
        return self.number[:shown] + "*" * (len(self.number) - 2 * shown) + (self.number[-shown:] if shown else "")


def check_character(first_17: str) -> str:
    """The 18th character of a citizen's number (GB 11643, ISO 7064 MOD 11-2)."""
    total = sum(int(digit) * weight for digit, weight in zip(first_17, _WEIGHTS, strict=True))
    return _CHECK_CHARACTERS[total % 11]


def parse_id_number(text: str, *, on: date) -> IdNumber:
    """`on` is the day of asking: nobody is born after it. Raises IdentifierError with what to look at."""
    number = compact_upper(text)
    _check_shape(number)
    born_on = _birth_date(number, on)
    kind = _kind(number)
    if check_character(number[:17]) != number[17]:
        raise IdentifierError(
            "id_number.check",
            "身份证号第 18 位校验不对，请核对是否有一位抄错",
            "The 18th character does not match. Please check whether one digit was copied wrong",
        )
    return IdNumber(number=number, kind=kind, born_on=born_on)


def parse_document(text: str, *, kind: str, on: date) -> IdNumber | Document:
    """A document of any kind: `id_card` by its own rules, the others as free text of a sensible length."""
    if kind == ID_NUMBER:
        return parse_id_number(text, on=on)
    if kind not in document_kinds:
        raise IdentifierError("document.kind", "请选择证件种类", "Please choose the kind of document")
    zh, en, least, most = document_kinds[kind]
    number = compact_upper(text)
    if not number:
        raise IdentifierError("document.empty", f"请填写{zh}号码", f"Please enter the number of the {en}")
    if not number.isalnum() or not least <= len(number) <= most:
        raise IdentifierError(
            "document.shape",
            f"{zh}号码应为 {least} 至 {most} 位字母、数字或汉字，请对照证件核对",
            f"The number of the {en} has {least} to {most} letters or digits. Please check it against the document",
        )
    return Document(kind=kind, number=number)


def _check_shape(number: str) -> None:
    if not number:
        raise IdentifierError("id_number.empty", "请填写身份证号", "Please enter the ID number")
    if len(number) == 15 and is_ascii_digits(number):
        raise IdentifierError(
            "id_number.old",
            "这是 15 位旧号码，请填写现在身份证上的 18 位号码",
            "This is an old number of 15 digits. Please enter the 18 characters of the present card",
        )
    if len(number) != 18:
        raise IdentifierError(
            "id_number.length",
            f"身份证号应为 18 位，现在是 {len(number)} 位，请核对是否多填或漏填",
            f"An ID number has 18 characters, this has {len(number)}. Please check for one too many or too few",
        )
    if not is_ascii_digits(number[:17]) or not (is_ascii_digits(number[17]) or number[17] == "X"):
        raise IdentifierError(
            "id_number.characters",
            "身份证号前 17 位都是数字，最后一位是数字或 X，请核对。不是身份证请改选证件种类",
            "The first 17 characters are digits, the last is a digit or X. For another document choose its kind",
        )


def _birth_date(number: str, on: date) -> date:
    try:
        born_on = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        born_on = None
    if born_on is None or not _EARLIEST_BIRTH <= born_on <= on:
        raise IdentifierError(
            "id_number.birth_date",
            "身份证号第 7 至 14 位应是出生年月日，现在不是一个可能的日期，请核对这 8 位",
            "Characters 7 to 14 are the date of birth and are no possible date now. Please check these eight",
        )
    return born_on


def _kind(number: str) -> str:
    if number[:6] in _RESIDENT_PREFIXES:
        return _RESIDENT_PREFIXES[number[:6]]
    if number[0] == "9":
        return "permanent_resident"
    if number[:2] in _PROVINCES:
        return "citizen"
    raise IdentifierError(
        "id_number.region",
        "身份证号前两位不是省份代码，请核对开头几位",
        "The first two digits are no province. Please check the beginning of the number",
    )
