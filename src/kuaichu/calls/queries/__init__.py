"""Everything that reads calls across tables, each in a fixed number of statements."""

from kuaichu.calls.queries.counting import Today, today
from kuaichu.calls.queries.ledger import ChainPage, ChainRow, chains_page
from kuaichu.calls.queries.lists import CallFilter, CallPage, calls_of, calls_page
from kuaichu.calls.queries.one import CallFile, call_file
from kuaichu.calls.queries.proposals import Proposal, propose
from kuaichu.calls.queries.work import Desk, desk, receivers

__all__ = [
    "CallFile",
    "CallFilter",
    "CallPage",
    "ChainPage",
    "ChainRow",
    "Desk",
    "Proposal",
    "Today",
    "call_file",
    "calls_of",
    "calls_page",
    "chains_page",
    "desk",
    "propose",
    "receivers",
    "today",
]
