"""What a check asks, round by round, answered by a test."""

import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from lab.checks.asks import Answer, Ask, CouldNotTell, Observation, Unknown
from lab.checks.base import Check, Facts, Judgement
from lab.checks.support.node_file import NodeFile

_VERB = re.compile(
    r"\b(is|are|was|were|has|have|say|says|names?|lists|got|made|makes|stands|runs|refuses|refused|admits|allows|configures|holds|"
    r"belongs|ended|does|could|cannot|changed|lacks|listens|answered|begins|leaves|differs)\b"
)


def asked(
    check: Check[Any], params: Any, facts: Facts, answer: Callable[[Ask], Answer | NodeFile | Unknown]
) -> Observation:
    """The answers to all that a check asks, as `observe` gathers them."""
    answers: dict[Ask, Answer | NodeFile | Unknown] = {}
    before = -1
    while len(answers) > before:
        before = len(answers)
        for ask in asks_of(check, params, facts, Observation(dict(answers))):
            if ask not in answers:
                answers[ask] = answer(ask)
    return Observation(answers)


def told(judgement: Judgement) -> Judgement:
    """A judgement whose observation is a sentence: it has a verb. Whatever it is, a command goes with it."""
    assert _VERB.search(judgement.observed), judgement.observed
    assert judgement.command
    return judgement


def asks_of(check: Check[Any], params: Any, facts: Facts, seen: Observation) -> list[Ask]:
    found: list[Ask] = []
    with suppress(CouldNotTell):  # a check stops where it goes on from an answer that is not there
        for ask in check.asks(params, facts, seen):
            found.append(ask)
    return found
