"""Make the vendored fonts from Noto Serif SC and Noto Serif. Run by hand, see README.md; needs fonttools.

python subset.py <folder with the original .ttf files> <list of the 8,105 standard characters, one row each>
"""

# mypy: ignore-errors
import csv
import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

HERE = Path(__file__).parent
HAN = [(0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF)]
HANGUL = [(0x1100, 0x11FF), (0x3130, 0x318F), (0xA960, 0xA97F), (0xAC00, 0xD7FF), (0xFFA0, 0xFFDC)]


def inside(code: int, ranges: list[tuple[int, int]]) -> bool:
    return any(first <= code <= last for first, last in ranges)


def rows(codec: str, lead: range, trail: range) -> set[int]:
    found = set()
    for high in lead:
        for low in trail:
            try:
                found.add(ord(bytes([high, low]).decode(codec)))
            except (UnicodeDecodeError, TypeError):
                continue
    return found


def make(*, source: Path, target: Path, wanted: set[int], family: str) -> None:
    font = TTFont(source)
    keep = {code for code in font.getBestCmap() if code in wanted}
    options = subset.Options()
    options.layout_features = ["locl", "ccmp", "mark", "kern"]
    options.hinting = False
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.notdef_outline = True
    options.drop_tables += ["STAT", "vhea", "vmtx", "BASE", "gasp", "prep"]
    worker = subset.Subsetter(options)
    worker.populate(unicodes=keep)
    worker.subset(font)
    for record in font["name"].names:
        if record.nameID in (1, 4):
            record.string = family
        if record.nameID == 6:
            record.string = family.replace(" ", "")
    font["OS/2"].usWeightClass = 400
    font["head"].macStyle = 0
    font["OS/2"].fsSelection = 0x40
    font["head"].modified = font["head"].created
    font.recalcTimestamp = False
    font.save(target)
    print(target.name, len(keep), "characters,", target.stat().st_size, "bytes")


def main(originals: Path, standard_list: Path) -> None:
    with standard_list.open(encoding="utf-8") as handle:
        standard = {int(row["codepoint"][2:], 16) for row in csv.DictReader(handle)}
    traditional = rows("big5", range(0xA4, 0xC7), range(0x40, 0xFF))
    common = rows("gb2312", range(0xB0, 0xD8), range(0xA1, 0xFF))
    regular, bold = (next(originals.rglob(f"NotoSerifSC_{w}.ttf")) for w in ("400Regular", "600SemiBold"))
    plain = {c for c in TTFont(regular).getBestCmap() if not inside(c, HAN) and not inside(c, HANGUL)}
    make(source=regular, target=HERE / "kuaichu-song.ttf", wanted=standard | traditional | plain, family="Kuaichu Song")
    latin = {code for code in (*range(0x100, 0x250), *range(0x1E00, 0x1F00), *range(0x400, 0x530)) if code not in plain}
    other = next(originals.rglob("NotoSerif_400Regular.ttf"))
    make(source=other, target=HERE / "kuaichu-song-latin.ttf", wanted=latin, family="Kuaichu Song Latin")
    head = common | {c for c in plain if c < 0x250 or 0x2000 <= c < 0x2600 or 0x3000 <= c < 0x3020 or c > 0xFF00}
    make(source=bold, target=HERE / "kuaichu-song-heading.ttf", wanted=head, family="Kuaichu Song Heading")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
