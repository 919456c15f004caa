"""How many people keep a promise: waiting lines, staffing hour by hour, and shifts that cover it."""

from kuaichu.analysis.queueing.crews import Crew, Staffing, fewest, staffing
from kuaichu.analysis.queueing.lines import (
    HOUR_S,
    answered_within,
    done_within,
    erlang_b,
    erlang_c,
    kept_within,
    load_of,
    mean_wait_s,
    own_times,
    reached_within,
    waits_longer,
)
from kuaichu.analysis.queueing.needs import Assumption, Needs, assumptions, needs
from kuaichu.analysis.queueing.playing import exponential, played
from kuaichu.analysis.queueing.rates import hourly_rates
from kuaichu.analysis.queueing.ways import Ways, sampled

__all__ = [
    "HOUR_S",
    "Assumption",
    "Crew",
    "Needs",
    "Staffing",
    "Ways",
    "answered_within",
    "assumptions",
    "done_within",
    "erlang_b",
    "erlang_c",
    "exponential",
    "fewest",
    "hourly_rates",
    "kept_within",
    "load_of",
    "mean_wait_s",
    "needs",
    "own_times",
    "played",
    "reached_within",
    "sampled",
    "staffing",
    "waits_longer",
]
