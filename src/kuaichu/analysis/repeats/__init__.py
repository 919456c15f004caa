"""Repeat calls: is this call about something that we know already?

Two notions (no national definition exists): one event reported by many callers, and the same matter brought up
again by the same caller. The recogniser proposes, with its evidence; a person confirms or refuses.
"""

from kuaichu.analysis.repeats.explain import explain, line, value_of
from kuaichu.analysis.repeats.feedback import Feedback
from kuaichu.analysis.repeats.link import Alternative, Judgement, Link, Part
from kuaichu.analysis.repeats.recogniser import Recogniser, recognise
from kuaichu.analysis.repeats.train import train, train_unlabelled
from kuaichu.analysis.repeats.weights import Weights, combined, default_weights

__all__ = [
    "Alternative",
    "Feedback",
    "Judgement",
    "Link",
    "Part",
    "Recogniser",
    "Weights",
    "combined",
    "default_weights",
    "explain",
    "line",
    "recognise",
    "train",
    "train_unlabelled",
    "value_of",
]
