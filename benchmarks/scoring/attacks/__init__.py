"""Every attack on a question, by family. Made from the question itself, so a new one is covered.

A family gives attacks that differ in voice: what a person tries who wants points, and what the
author of another bench would generate.
"""

from collections.abc import Callable, Iterator

from benchmarks.scoring.answers import Answer, Attack, Stages
from benchmarks.scoring.attacks.edits import inserted, repeated, same_looks, shuffles
from benchmarks.scoring.attacks.elsewhere import elsewhere, tailed
from benchmarks.scoring.attacks.emptiness import confident
from benchmarks.scoring.attacks.injections import fake_verdicts, hidden, instructions, invisible
from benchmarks.scoring.attacks.pastes import pasted_question, pasted_rubric
from benchmarks.scoring.attacks.sections import Cut, cuts
from benchmarks.scoring.attacks.stances import asked, deferred, negated
from benchmarks.scoring.attacks.terms import appended, bags, template_sentences
from rubrics.schema import Question

# The shapes of families: an answer turned round, words to the grader beside a weak answer, a strong
# answer unseen beside a weak one, an edit.
Turn = Callable[[Stages], Iterator[Attack]]
ToTheGrader = Callable[[Question, Stages], Iterator[Attack]]
Unseen = Callable[[Stages, Stages], Iterator[Attack]]
Edit = Callable[[Answer], Iterator[Attack]]

__all__ = [
    "Cut",
    "Edit",
    "ToTheGrader",
    "Turn",
    "Unseen",
    "appended",
    "asked",
    "bags",
    "confident",
    "cuts",
    "deferred",
    "elsewhere",
    "fake_verdicts",
    "hidden",
    "inserted",
    "instructions",
    "invisible",
    "negated",
    "pasted_question",
    "pasted_rubric",
    "repeated",
    "same_looks",
    "shuffles",
    "tailed",
    "template_sentences",
]
