"""`./kuaichu analyse WHAT --in FILE --out FILE`: a module per tool, with HELP, add_arguments(parser), run(options).

A tool module imports NumPy and the analysis only inside `run`, so that `--help` answers at once.
"""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Protocol, cast

TOOLS = ("quality", "heat", "segments", "clusters", "hotspots", "scan", "repeats", "coverage", "dispatch")
BAD_INPUT = 2
OF_INPUT = {"in", "lon", "lat"}  # what these name is wrong with stands in the input when no file is named


class Tool(Protocol):
    HELP: str

    def add_arguments(self, parser: argparse.ArgumentParser) -> None: ...

    def run(self, options: argparse.Namespace) -> int: ...


def main(arguments: Sequence[str]) -> int:
    """The tool's exit code; 2 with a line in words when the input is of no use."""
    top = argparse.ArgumentParser(
        prog="./kuaichu analyse",
        description="研判：哪里、何时、是否反复、派谁去。\nAnalysis: where, when, again, and whom to send.",
        epilog="方法、单位和出处见 docs/ANALYSIS.md。Methods, units and sources: docs/ANALYSIS.md.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    kinds = top.add_subparsers(title="方法 / methods", metavar="WHAT", required=True, dest="what")
    for name in TOOLS:
        tool = cast(Tool, import_module(f"kuaichu.command.analysing.{name}"))
        parser = kinds.add_parser(
            name, help=tool.HELP, description=tool.HELP, formatter_class=argparse.ArgumentDefaultsHelpFormatter
        )
        tool.add_arguments(parser)
        parser.set_defaults(tool=tool)
    options = top.parse_args(arguments)
    return _run(options.tool, options)


def _run(tool: Tool, options: argparse.Namespace) -> int:
    from kuaichu.analysis.errors import BadInput
    from kuaichu.command.analysing.common import check_output

    try:
        check_output(options)
        return tool.run(options)
    except BadInput as refused:
        is_of_input = refused.row is not None or refused.field in OF_INPUT
        file = refused.file or (options.input if is_of_input else None)
        place = f"{file}: " if file else ""
        print(f"{place}{refused.zh}\n{place}{refused.en}", file=sys.stderr)
        return BAD_INPUT
