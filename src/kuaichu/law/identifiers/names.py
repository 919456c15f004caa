"""Names of people and units: any script, any character, never judged by a pattern (GB 18030-2022 level 3)."""

import re
import unicodedata
from dataclasses import dataclass

from kuaichu.law.identifiers.errors import IdentifierError
from kuaichu.law.identifiers.text import MIDDLE_DOTS

MAX_CODE_POINTS = 50
_REFUSED_CATEGORIES = ("Cc", "Cf", "Cs", "Zl", "Zp")
_CJK = r"[\u2E80-\u2FDF\u3400-\u9FFF\uE000-\uFAFF\U00020000-\U0003FFFF]"
# The full stop stands for the middle dot only between two Chinese characters: "John Q. Smith" keeps his.
_DOT_BETWEEN_CJK = re.compile(rf"(?<={_CJK})\s*[.．。]\s*(?={_CJK})")
_ANY_DOT = re.compile(rf"\s*[{re.escape(MIDDLE_DOTS)}]\s*")
_VARIATION = re.compile(r"[\uFE00-\uFE0F\U000E0100-\U000E01EF]")

_SURNAMES_OF_TWO = """
    欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政
    濮阳 公冶 太叔 申屠 公孙 慕容 仲孙 钟离 长孙 宇文 司徒 鲜于 司空 闾丘 子车 亓官 司寇 巫马
    公西 颛孙 壤驷 公良 漆雕 乐正 宰父 谷梁 拓跋 夹谷 轩辕 令狐 段干 百里 呼延 东郭 南门 羊舌
    微生 左丘 西门 第五 完颜 纳兰 叶赫
"""
_COMPOUND_SURNAMES = frozenset(_SURNAMES_OF_TWO.split())


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it is kept and printed. `key` is for comparing two spellings of one name, never for printing."""

    text: str

    @property
    def key(self) -> str:
        folded = unicodedata.normalize("NFKC", _VARIATION.sub("", self.text)).casefold()
        return "".join(char for char in folded if char.isalnum() or unicodedata.category(char) in ("Co", "Cn"))

    @property
    def masked(self) -> str:
        """王小明 → 王**, 欧阳娜 → 欧阳*, 阿迪力·买买提 → 阿**·***, John Smith → J*** S****."""
        base = _VARIATION.sub("", self.text)
        if base[:2] in _COMPOUND_SURNAMES and len(base) > 2:
            return base[:2] + "*" * (len(base) - 2)
        if "·" in base:
            return base[0] + "".join("·" if char == "·" else "*" for char in base[1:])
        return " ".join(word[:1] + "*" * (len(word) - 1) for word in base.split(" "))


def parse_name(text: str) -> Name:
    """Trims, joins runs of spaces, writes every middle dot as U+00B7. Characters are never replaced.

    Raises IdentifierError only for an empty name, control or format characters inside, or more than 50 code points.
    """
    trimmed = _trim(text)
    if not trimmed:
        raise IdentifierError("name.empty", "请填写姓名", "Please enter the name")
    name = _ANY_DOT.sub("·", _DOT_BETWEEN_CJK.sub("·", trimmed))
    name = re.sub(r"[ \t\u00A0\u2000-\u200A\u3000]+", " ", name)
    if any(unicodedata.category(char) in _REFUSED_CATEGORIES for char in name):
        raise IdentifierError(
            "name.invisible",
            "姓名里有看不见的特殊字符（可能是粘贴带来的），请删掉后手工输入一遍",
            "The name contains invisible characters, perhaps from pasting. Please type it again",
        )
    if len(name) > MAX_CODE_POINTS:
        raise IdentifierError(
            "name.too_long",
            f"姓名最多 {MAX_CODE_POINTS} 个字，请只填写证件上的姓名",
            f"A name has at most {MAX_CODE_POINTS} characters. Please enter it as on the document",
        )
    return Name(name)


def _trim(text: str) -> str:
    """Without white space and invisible characters at both ends."""
    invisible = [char for char in set(text) if unicodedata.category(char) in ("Cc", "Cf", "Zs", "Zl", "Zp")]
    return text.strip("".join(invisible))
