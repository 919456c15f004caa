"""`./kuaichu verify CASE`: does a case still fit together? Offline; nothing is changed."""

import argparse
import json
import os
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from kuaichu.command import paths
from kuaichu.command.demo import MARKER

if TYPE_CHECKING:
    from kuaichu.dossier.checking import CaseCheck

FITS, DOES_NOT_FIT, UNKNOWN_CASE = 0, 1, 2
_MARKS = {"good": "✓", "note": "–", "fault": "✗"}


def run(options: argparse.Namespace) -> int:
    """0 when everything fits, 1 when something does not (named first), 2 for an unknown case."""
    import django

    _read_demo_keys()
    django.setup()
    from kuaichu.cases.models import Case
    from kuaichu.dossier.checking import check_case

    number = "".join(options.case.split())
    case = Case.objects.filter(number=number).first()
    if case is None:
        print(f"没有编号为 {number} 的案件 · no such case", file=sys.stderr)
        return UNKNOWN_CASE
    check = check_case(case)
    print(as_json(check) if options.json else as_text(check))
    return DOES_NOT_FIT if check.first_fault else FITS


def _read_demo_keys() -> None:
    """A demonstration keeps its keys at home; an installation with keys of its own has them in the environment."""
    if "KUAICHU_SECRET_KEY" not in os.environ and (paths.home() / MARKER).exists():
        os.environ.setdefault("KUAICHU_DEMO", "1")


def as_text(check: "CaseCheck") -> str:
    """One line for each thing that was looked at, the verdict last."""
    lines = [f"案件 {check.number}"]
    lines += [f"  {_MARKS[finding.level]} {finding.text}" for finding in check.findings]
    first = check.first_fault
    lines.append(f"✗ 有对不上的地方，第一处：{first.text}" if first else "✓ 全部对得上 · everything fits")
    return "\n".join(lines)


def as_json(check: "CaseCheck") -> str:
    """The same for programs."""
    first = check.first_fault
    body = {
        "case": check.number,
        "fits": first is None,
        "first_fault": asdict(first) if first else None,
        "findings": [asdict(finding) for finding in check.findings],
    }
    return json.dumps(body, ensure_ascii=False, indent=2)
