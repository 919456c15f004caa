"""`./kuaichu lock`: the lock files from requirements*.in, for every platform, with hashes and without host names."""

import argparse
import subprocess

from kuaichu.command.paths import ROOT

FLAGS = "--universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet"


def run(options: argparse.Namespace) -> int:
    uv = str(ROOT / ".venv" / "tools" / "bin" / "uv")
    upgrade = ["--upgrade"] if options.upgrade else []
    for name in ("requirements", "requirements-dev", "requirements-bench"):
        command = [uv, "pip", "compile", *FLAGS.split(), *upgrade, f"{name}.in", "--output-file", f"{name}.lock"]
        command += [] if name != "requirements-bench" else without_the_product()
        if subprocess.run(command, cwd=ROOT, check=False).returncode != 0:
            print(f"{name}.lock 没有更新 · was not updated")
            return 1
        print(f"{name}.lock ✓")
    print("下次启动会安装新的依赖 · the next start installs what changed")
    return 0


def without_the_product() -> list[str]:
    """Options that leave out what the product's own lock has: the peers use the product's."""
    lines = (ROOT / "requirements.lock").read_text("utf-8").splitlines()
    names = [line.split("==")[0].split("[")[0] for line in lines if "==" in line and not line.startswith((" ", "#"))]
    return [part for name in names for part in ("--no-emit-package", name)]
