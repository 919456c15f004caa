"""`./kuaichu bench [NAME]`: runs `bench/*.py`, each a program of its own that prints its table."""

import argparse
import subprocess
import sys

from kuaichu.command.paths import ROOT


def run(options: argparse.Namespace) -> int:
    programs = sorted(path for path in (ROOT / "bench").glob("*.py") if not path.stem.startswith("_"))
    chosen = [path for path in programs if options.only in {None, path.stem}]
    if not chosen:
        print(f"没有这项测量 · no such measurement; there are: {', '.join(path.stem for path in programs) or '-'}")
        return 1
    failed = []
    for path in chosen:
        print(f"\n== {path.stem} ==", flush=True)
        if subprocess.run([sys.executable, path, *options.rest], cwd=ROOT, check=False).returncode != 0:
            failed.append(path.stem)
    if failed:
        print(f"\n失败 · failed: {', '.join(failed)}")
    return 1 if failed else 0
