"""The road network that coverage and dispatch may be given."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kuaichu.analysis.dispatch import Routes

SNAP_M = 500.0


def add_network(parser: argparse.ArgumentParser, *, help_more: str = "") -> None:
    """--network, or --nodes with --links."""
    roads = parser.add_argument_group("路网 / road network", help_more or None)
    roads.add_argument(
        "--network",
        type=Path,
        metavar="FILE",
        help="GeoJSON 道路线 · lines with name, oneway, maxspeed (km/h) or seconds",
    )
    roads.add_argument("--nodes", type=Path, metavar="FILE", help="节点表 · table of nodes: id, lon, lat")
    roads.add_argument(
        "--links",
        type=Path,
        metavar="FILE",
        help="路段表 · table of links: from, to, and if known length_m, seconds, name, one_way (0/1)",
    )
    roads.add_argument(
        "--snap-m",
        type=float,
        default=SNAP_M,
        metavar="METRES",
        help="离路网更远的点算到不了 · points farther than this from any road are out of reach",
    )


def routes_of(options: argparse.Namespace) -> "Routes | None":
    """The network that the options name, or None. BadInput for half of one, and for a --snap-m that is none."""
    from kuaichu.analysis.dispatch import routes
    from kuaichu.analysis.errors import BadInput
    from kuaichu.analysis.network_files import read_network, read_tables

    if not options.snap_m >= 0:
        raise BadInput("--snap-m 要是不小于 0 的米数", "--snap-m must be metres >= 0", field="snap_m")
    if options.network:
        return routes(read_network(options.network))
    if options.nodes and options.links:
        return routes(read_tables(options.nodes, options.links))
    if options.nodes or options.links:
        raise BadInput("--nodes 和 --links 要一起给", "--nodes and --links go together", field="links")
    return None
