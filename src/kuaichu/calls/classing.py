"""The class of a call by its text: words with weights, so that every answer can be explained and corrected.

The score of a class is the sum of the weights of those of its words that occur (each once). The confidence is the
softmax of the scores at the winning class (a multinomial logit with given weights), with one more class of score 1
standing for "none of them", so that a text without any known word is other_other with a low confidence.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import exp

from kuaichu.calls.classes import CLASSES, UNKNOWN, blanked
from kuaichu.calls.states import Category

NOTHING_KNOWN = 1.0  # the score of "none of them"
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True)
class Classed:
    """`confidence` in (0, 1); `words`: the pieces of the text that spoke for the class."""

    subclass: str
    category: Category
    confidence: float
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Rule:
    subclass: str
    pattern: re.Pattern[str]
    weight: float


def classify(text: str) -> Classed:
    """The likeliest class of a call's content. Empty and unknown texts are other_other."""
    return _classify(_SPACES.sub("", text))


def classify_many(texts: Sequence[str]) -> list[Classed]:
    """`classify` of every text; equal texts are looked at once."""
    found: dict[str, Classed] = {}
    return [found[text] if text in found else found.setdefault(text, classify(text)) for text in texts]


@lru_cache(maxsize=4096)
def _classify(text: str) -> Classed:
    rules, blank = _rules()
    text = blank.sub("", text)
    scores: dict[str, float] = {}
    words: dict[str, list[str]] = {}
    for rule in rules:
        match = rule.pattern.search(text)
        if match:
            scores[rule.subclass] = scores.get(rule.subclass, 0.0) + rule.weight
            words.setdefault(rule.subclass, []).append(match.group())
    best = max(scores, key=lambda code: scores[code], default=UNKNOWN)
    if scores.get(best, 0.0) < NOTHING_KNOWN:
        best = UNKNOWN
    whole = exp(NOTHING_KNOWN) + sum(exp(score) for score in scores.values())
    confidence = exp(max(scores.get(best, 0.0), 0.0)) / whole
    return Classed(best, CLASSES[best].category, round(confidence, 3), tuple(words.get(best, ())))


@lru_cache(maxsize=1)
def _rules() -> tuple[tuple[_Rule, ...], re.Pattern[str]]:
    rules = tuple(
        _Rule(item.code, re.compile(word), weight) for item in CLASSES.values() for word, weight in item.words.items()
    )
    return rules, blanked()
