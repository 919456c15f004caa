"""`./kuaichu bench [NAME]`: runs `bench/*.py`, each a program of its own that prints its table.

NAME is one of them or the beginning of several: `analysis` runs every `analysis_*`.
"""

import argparse
import subprocess
import sys

from kuaichu.command import peers
from kuaichu.command.paths import ROOT

WITH_PEERS = "analysis_"


def run(options: argparse.Namespace) -> int:
    programs = sorted(path.stem for path in (ROOT / "bench").glob("*.py") if not path.stem.startswith("_"))
    names = chosen(programs, options.only)
    if not names:
        print(f"没有这项测量 · no such measurement; there are: {', '.join(programs) or '-'}")
        return 1
    if any(name.startswith(WITH_PEERS) for name in names):
        peers.ensure()
    failed = []
    for name in names:
        print(f"\n== {name} ==", flush=True)
        command = [sys.executable, ROOT / "bench" / f"{name}.py", *options.rest]
        if subprocess.run(command, cwd=ROOT, check=False).returncode != 0:
            failed.append(name)
    if failed:
        print(f"\n失败 · failed: {', '.join(failed)}")
    return 1 if failed else 0


def chosen(programs: list[str], only: str | None) -> list[str]:
    """All, the one of that name, or all whose names go on after it with an underscore."""
    if only is None or only in programs:
        return programs if only is None else [only]
    return [name for name in programs if name.startswith(f"{only}_")]
