"""A published month, end to end: a file made to have its figures, imported, bulletin as page, PDF and Excel.

    ./kuaichu bench bulletin [--keep FOLDER]

Fails when a figure differs from what was published (governance/tests/published_month.yaml says which and from where).
"""

import argparse
import io
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import _lib


def inside(folder: Path) -> int:
    """In the installation: place, people, import, bulletin, comparison."""
    import django

    django.setup()
    from kuaichu.accounts.models import Agency, Person, Place
    from kuaichu.governance.tests.published import as_csv, facts

    said = facts()
    city = Place.objects.create(code=said["place"], name="公布数字的城市")
    for code, name in said["names"].items():
        Place.objects.create(code=code, name=name, parent=city)
    unit = Agency.objects.create(code="PUB", kind="police", name="支队", short_name="支队", place=city)
    person = Person.objects.create_user("published", "x", name="沈观", role="analyst", agency=unit)
    path = folder / "calls.csv"
    with path.open("w", encoding="gb18030") as file:
        file.writelines(as_csv())
    rows, seconds = path.read_text("gb18030").count("\n") - 1, {}
    began = time.monotonic()
    command = [str(_lib.ROOT / "kuaichu"), "import", "calls", str(path), "--place", said["place"]]
    subprocess.run(command, check=True, cwd=_lib.ROOT)
    seconds["import"] = time.monotonic() - began
    failed = _bulletin(person, said, folder, seconds)
    _lib.table(
        f"a published month ({_lib.load_line()})",
        [(f"{rows} calls imported (GB 18030)", f"{seconds['import']:.1f} s")]
        + [(name, f"{value:.2f} s") for name, value in seconds.items() if name != "import"]
        + [("figures", "as published" if not failed else f"differ: {failed}")],
    )
    return 1 if failed else 0


def _bulletin(person: Any, said: dict[str, Any], folder: Path, seconds: dict[str, float]) -> list[str]:
    from datetime import date

    from kuaichu.governance.bulletins import actions
    from kuaichu.governance.bulletins.paper import pdf_of
    from kuaichu.governance.bulletins.sheets import sheet_of
    from kuaichu.governance.bulletins.workbook import workbook_of

    def timed(name: str, act: Any) -> Any:
        began = time.monotonic()
        made = act()
        seconds[name] = time.monotonic() - began
        return made

    day = date.fromisoformat(f"{said['months']['now']}-15")
    bulletin = timed("bulletin counted and kept", lambda: actions.make(kind="month", day=day, person=person))
    sheet = timed("its tables", lambda: sheet_of(bulletin))
    pdf = timed("PDF", lambda: pdf_of(sheet))
    book = timed("Excel", lambda: workbook_of(sheet, origin="http://127.0.0.1"))
    (folder / "bulletin.pdf").write_bytes(pdf)
    (folder / "bulletin.xlsx").write_bytes(book)
    return _differences(sheet, pdf, book, said)


def _differences(sheet: Any, pdf: bytes, book: bytes, said: dict[str, Any]) -> list[str]:
    import pypdfium2
    from openpyxl import load_workbook

    published, name = said["published"], said["names"][said["busiest"]]
    by_title = {table.title: {line.name: line for line in table.lines} for table in sheet.tables}
    whole, repeats = (by_title[f"{sheet.place}{what}（按类别）"] for what in ("交通警情", "重复警情"))
    busiest, its_repeats = (by_title[f"{name}{what}（按类别）"] for what in ("交通警情", "重复警情"))
    found = {
        "valid": [whole["合计"].now.value, whole["合计"].year_on_year.text],
        "repeat": [repeats["合计"].now.value, repeats["合计"].year_on_year.text],
        "busiest_valid": [busiest["合计"].now.value, busiest["合计"].year_on_year.text],
        "busiest_accident": busiest["事故"].year_on_year.text,
        "busiest_order": busiest["秩序"].year_on_year.text,
        "busiest_repeat": [its_repeats["合计"].now.value, its_repeats["合计"].year_on_year.text],
    }
    differences = [code for code in published if found[code] != published[code]]
    paper = "".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(pdf))
    cells = {str(cell.value) for page in load_workbook(io.BytesIO(book)) for row in page.iter_rows() for cell in row}
    for code, value in published.items():
        number, percent = value if isinstance(value, list) else (None, value)
        if percent not in paper or (number is not None and f"{number:,}" not in paper):
            differences.append(f"{code} in the PDF")
        if percent not in cells or (number is not None and str(number) not in cells):
            differences.append(f"{code} in the workbook")
    return differences


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", type=Path, help="keep file, PDF and workbook in this folder")
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        return inside(options.inside)
    with _lib.prepared("sqlite") as installation:
        folder = installation.home / "published"
        folder.mkdir()
        done = subprocess.run(
            [sys.executable, __file__, "--inside", str(folder)],
            env=dict(installation.environment),
            cwd=_lib.ROOT,
            check=False,
        )
        if options.keep:
            os.makedirs(options.keep, exist_ok=True)
            shutil.copytree(folder, options.keep, dirs_exist_ok=True)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
