"""`./kuaichu simulate --plan`: how many seats, riders and hours keep the promise at a demand."""

import argparse
import sys

from kuaichu.command.paths import ROOT


def run(options: argparse.Namespace) -> int:
    """0 when there is a number of people that keeps it in every hour, else 1."""
    sys.path.insert(0, str(ROOT))
    from kuaichu.analysis.queueing import needs
    from simulator.plan import planned, table

    other = {} if options.share is None else {"promise_share": options.share}
    plan = planned(
        needs(**other),
        options.people / 500_000 * 40,
        ROOT / "src/kuaichu/demo/map/roads.geojson",
        seed=options.seed,
    )
    print("\n".join(table(plan)))
    return 0 if plan.is_possible else 1
