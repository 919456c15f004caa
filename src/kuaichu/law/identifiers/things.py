"""Identifiers of units, vehicles, contracts and contacts: USCC, VIN, policy, bank card, phone."""

import re
from dataclasses import dataclass

from kuaichu.law.identifiers.errors import IdentifierError, Remark
from kuaichu.law.identifiers.text import compact_upper, is_ascii_digits

_USCC_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = tuple(3**position % 31 for position in range(17))
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_VIN_VALUES = {
    **{digit: int(digit) for digit in "0123456789"},
    **dict(
        zip(
            "ABCDEFGHJKLMNPRSTUVWXYZ",
            (1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9),
            strict=True,
        )
    ),
}
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"0[0-9]{9,11}")
_POLICY = re.compile(r"[0-9A-Z]{6,40}")
_LONGEST_VIN = 32


@dataclass(frozen=True, slots=True)
class Uscc:
    """统一社会信用代码 (GB 32100): 18 characters with a right check character."""

    number: str


@dataclass(frozen=True, slots=True)
class Vin:
    """车辆识别代号 (GB 16735): tidied; old and imported cars may fail every rule, so doubts are remarks."""

    number: str
    remarks: tuple[Remark, ...] = ()

    @property
    def masked(self) -> str:
        return "*" * max(0, len(self.number) - 6) + self.number[-6:]


@dataclass(frozen=True, slots=True)
class Phone:
    """A mobile number (11 digits) or, where it was allowed, a fixed line with its area code."""

    number: str

    @property
    def is_mobile(self) -> bool:
        return bool(_MOBILE.fullmatch(self.number))

    @property
    def masked(self) -> str:
        return f"{self.number[:3]}****{self.number[-4:]}"


@dataclass(frozen=True, slots=True)
class BankCard:
    """A card number that passes Luhn's check (ISO/IEC 7812)."""

    number: str

    @property
    def masked(self) -> str:
        return "*" * (len(self.number) - 4) + self.number[-4:]


@dataclass(frozen=True, slots=True)
class PolicyNumber:
    """An insurance policy's number: 6 to 40 letters and digits."""

    number: str


def parse_uscc(text: str) -> Uscc:
    number = compact_upper(text)
    if len(number) != 18:
        raise IdentifierError(
            "uscc.length",
            f"统一社会信用代码应为 18 位，现在是 {len(number)} 位，请对照营业执照核对",
            f"A unified social credit code has 18 characters, this has {len(number)}. Please check the licence",
        )
    if any(char not in _USCC_CHARACTERS for char in number):
        raise IdentifierError(
            "uscc.characters",
            "统一社会信用代码里没有 I、O、S、V、Z 这几个字母，请看看是不是数字 1、0、5、2",
            "The code never uses I, O, S, V or Z. Please see whether they are the digits 1, 0, 5 or 2",
        )
    total = sum(_USCC_CHARACTERS.index(char) * weight for char, weight in zip(number[:17], _USCC_WEIGHTS, strict=True))
    if _USCC_CHARACTERS[(31 - total % 31) % 31] != number[17]:
        raise IdentifierError(
            "uscc.check",
            "统一社会信用代码最后一位校验不对，请核对是否有一位抄错",
            "The last character does not match. Please check whether one character was copied wrong",
        )
    return Uscc(number)


def check_vin(text: str) -> Vin:
    """Never refuses a doubtful number; refuses only an empty or endless one."""
    number = compact_upper(text)
    if not number or len(number) > _LONGEST_VIN:
        raise IdentifierError(
            "vin.empty",
            "请填写行驶证上的车辆识别代号（车架号）",
            "Please enter the vehicle identification number of the vehicle licence",
        )
    return Vin(number, _vin_remarks(number))


def _vin_remarks(number: str) -> tuple[Remark, ...]:
    if len(number) != 17:
        return (
            Remark(
                "vin.length",
                f"车架号一般为 17 位，现在是 {len(number)} 位，请再核对一次；确实如此可以继续",
                f"A VIN usually has 17 characters, this has {len(number)}. Please look again; go on if it is right",
            ),
        )
    if any(char not in _VIN_VALUES for char in number):
        return (
            Remark(
                "vin.characters",
                "车架号里没有字母 I、O、Q，请看看是不是数字 1 或 0；确实如此可以继续",
                "A VIN never uses I, O or Q. Please see whether they are 1 or 0; go on if it is right",
            ),
        )
    total = sum(_VIN_VALUES[char] * weight for char, weight in zip(number, _VIN_WEIGHTS, strict=True)) % 11
    if ("X" if total == 10 else str(total)) != number[8]:
        return (
            Remark(
                "vin.check",
                "车架号第 9 位校验不符，请再核对一次；老旧或进口车辆可能如此，可以继续",
                "The 9th character does not match. Please look again; old or imported cars may differ, then go on",
            ),
        )
    return ()


def parse_mobile(text: str) -> Phone:
    """A mainland mobile number; +86, 0086, spaces and dashes are taken away."""
    number = _national(text)
    if not number:
        raise IdentifierError("phone.empty", "请填写手机号", "Please enter the mobile number")
    if not is_ascii_digits(number) or len(number) != 11:
        raise IdentifierError(
            "phone.length",
            f"手机号应为 11 位数字，现在是 {len(number)} 位，请核对",
            f"A mobile number has 11 digits, this has {len(number)}. Please check it",
        )
    if not _MOBILE.fullmatch(number):
        raise IdentifierError(
            "phone.start",
            "手机号以 13 至 19 开头，请核对开头几位",
            "A mobile number starts with 13 to 19. Please check its beginning",
        )
    return Phone(number)


def parse_phone(text: str) -> Phone:
    """A mobile number, or a fixed line with its area code."""
    number = _national(text)
    if _LANDLINE.fullmatch(number):
        return Phone(number)
    return parse_mobile(text)


def parse_bank_card(text: str) -> BankCard:
    number = compact_upper(text)
    if not is_ascii_digits(number) or not 12 <= len(number) <= 19:
        raise IdentifierError(
            "bank_card.length",
            "银行卡号应为 12 至 19 位数字，请对照卡面核对",
            "A bank card number has 12 to 19 digits. Please check it against the card",
        )
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(number)))
    if sum(value - 9 if value > 9 else value for value in doubled) % 10 or not int(number):
        raise IdentifierError(
            "bank_card.check",
            "银行卡号校验不对，请核对是否有一位抄错",
            "The card number does not match. Please check whether one digit was copied wrong",
        )
    return BankCard(number)


def parse_policy_number(text: str) -> PolicyNumber:
    number = compact_upper(text)
    if not number:
        raise IdentifierError("policy.empty", "请填写保单号", "Please enter the policy number")
    if not _POLICY.fullmatch(number):
        raise IdentifierError(
            "policy.shape",
            "保单号应为 6 至 40 位字母和数字，请对照保单或保险公司短信核对",
            "A policy number has 6 to 40 letters and digits. Please check the policy or the insurer's message",
        )
    return PolicyNumber(number)


def _national(text: str) -> str:
    number = compact_upper(text).replace("(", "").replace(")", "")
    if number.startswith("+86"):
        return number[3:]
    if number.startswith("0086"):
        return number[4:]
    return number[2:] if len(number) == 13 and number.startswith("86") else number
