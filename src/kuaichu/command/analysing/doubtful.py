"""--drop-doubtful: what `quality` finds wrong with a place is left out of any other analysis."""

import argparse
from typing import TYPE_CHECKING, Any

from kuaichu.command.analysing.common import tell

if TYPE_CHECKING:
    from kuaichu.analysis.tables import Table


def add_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--drop-doubtful",
        action="store_true",
        help="去掉坐标可疑的点（兜底地址、写反、境外等，见 quality）· leave out points whose place `quality` doubts",
    )


def keep(options: argparse.Namespace, table: "Table") -> Any:
    """The mask of points to use, or None for all; always says when places look doubtful."""
    from kuaichu.analysis.quality import check_places

    found = check_places(table["lon"], table["lat"])
    words = found.words()
    if words:
        tell(words)
    return found.is_usable if options.drop_doubtful else None
