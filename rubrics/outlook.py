"""What an import of a package would do: looked at before anything of it comes in."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from rubrics import bank, changes, packing
from rubrics.linting import Verdict, checked
from rubrics.loading import InvalidDocument, Library, Problem
from rubrics.models import Concept, Draft, FrameworkVersion, Question

# So many new or changed questions a page checks in one go: two or three seconds for each.
MOST_CHECKED = 10


@dataclass(frozen=True, slots=True)
class Outlook:
    """What an import of a package would do, or why nothing of it can come in.

    ``outcomes``: added, changed, unchanged or draft for each document, as ``questions/its-id``.
    ``unfinished``: what the rules ask of the questions (ids) that come in as drafts.
    ``differences``: what changes in each question that the bank has published. ``drafted``: those
    that have a draft already. ``mark`` stands for this very package and these very outcomes.
    """

    library: Library | None
    problems: tuple[Problem, ...] = ()
    outcomes: Mapping[str, str] = field(default_factory=dict)
    unfinished: Mapping[str, Verdict] = field(default_factory=dict)
    differences: Mapping[str, list[changes.Change]] = field(default_factory=dict)
    drafted: Collection[str] = ()
    mark: str = ""

    @property
    def added(self) -> list[str]:
        """What the bank has not."""
        return self._with("added")

    @property
    def changed(self) -> list[tuple[str, list[changes.Change]]]:
        """What gets a new version, each with what differs in it if it is a question."""
        return [(name, self.differences.get(name, [])) for name in self._with("changed")]

    @property
    def drafts(self) -> list[tuple[str, Verdict, list[changes.Change]]]:
        """What comes in as drafts, each with what the rules ask of it and what differs in it."""
        return [
            (name, self.unfinished[name.partition("/")[2]], self.differences.get(name, []))
            for name in self._with("draft")
        ]

    @property
    def unchanged(self) -> list[str]:
        """What the bank has as it is."""
        return self._with("unchanged")

    def _with(self, outcome: str) -> list[str]:
        return sorted(name for name, each in self.outcomes.items() if each == outcome)

    @classmethod
    def nothing(cls) -> Self:
        """What was sent holds no file."""
        return cls(None, (Problem("package", 1, "", "missing", "choose a file first"),))

    def bring(self, *, now: datetime, author: str) -> bank.Imported:
        """Bring in what was looked at. Raises InvalidDocument, and then nothing is changed."""
        assert self.library is not None
        return bank.bring(self.library, now=now, author=author, drafts=self.unfinished)


def known() -> packing.Known:
    """Give what those who read a package need to know of the bank."""
    published = Question.objects.filter(published__isnull=False)
    hashes = published.values_list("published__content_hash", flat=True)
    return packing.Known(bank.concepts(), frozenset(hashes))


def look_into(name: str, content: bytes) -> Outlook:
    """Read what somebody sent to a page and say what an import would do; nothing is kept."""
    try:
        return look_at(packing.unpack(name, content, known()), content, most=MOST_CHECKED)
    except InvalidDocument as error:
        return Outlook(None, error.problems)


def look_at(library: Library, content: bytes = b"", *, most: int | None = None) -> Outlook:
    """Say what bringing a library in would do: what breaks a rule comes in as a draft.

    Only questions that are new or changed are checked. Raises InvalidDocument when there are more
    than ``most`` of them, or somebody writes a draft of one that would have to become a draft.
    """
    outcomes = _outcomes(library)
    new = [name for name in library.questions if outcomes[f"questions/{name}"] != "unchanged"]
    if most is not None and len(new) > most:
        raise InvalidDocument([_too_many(len(new), most)])
    frameworks = {**bank.frameworks(), **library.frameworks}
    found = {
        name: checked(library.sources[f"questions/{name}"], library.questions[name], frameworks)
        for name in new
    }
    unfinished = {name: verdict for name, verdict in found.items() if verdict.problems}
    there = _drafts(library, new, unfinished)
    outcomes |= {
        f"questions/{name}": "unchanged" if name in there else "draft" for name in unfinished
    }
    mark = hashlib.sha256(repr(sorted(outcomes.items())).encode() + content).hexdigest()
    return Outlook(
        library,
        outcomes=outcomes,
        unfinished=unfinished,
        differences=_differences(library, new),
        drafted={f"questions/{name}" for name in there},
        mark=mark,
    )


def _too_many(count: int, most: int) -> Problem:
    message = (
        f"holds {count} new or changed questions, and a page checks at most {most} in one go:"
        " import it in parts, or on the server with manage.py bank import"
    )
    return Problem("package", 1, "", "too-many", message)


def _drafts(library: Library, new: Iterable[str], unfinished: Collection[str]) -> set[str]:
    """Give the questions (ids) that have a draft, which stays as it is.

    Raises InvalidDocument for those that would have to come in as another draft.
    """
    found = Draft.objects.filter(question__slug__in=new)
    texts = dict(found.values_list("question__slug", "text"))
    sources = {name: library.sources[f"questions/{name}"] for name in texts if name in unfinished}
    if other := [name for name, source in sources.items() if source.text != texts[name]]:
        raise InvalidDocument(bank.drafted(sources[name]) for name in other)
    return set(texts)


def _differences(library: Library, names: Iterable[str]) -> dict[str, list[changes.Change]]:
    """Tell for those questions that are published what would change in them, by meaning."""
    found = Question.objects.filter(slug__in=names).select_related("published")
    return {
        f"questions/{each.slug}": changes.by_meaning(
            each.published.value, library.questions[each.slug]
        )
        for each in found
        if each.published
    }


def _outcomes(library: Library) -> dict[str, str]:
    questions = Question.objects.filter(slug__in=library.questions)
    frameworks = FrameworkVersion.objects.current().filter(slug__in=library.frameworks)
    concepts = Concept.objects.filter(slug__in=library.concepts)
    stored = {
        **_hashes("frameworks", frameworks.values_list("slug", "content_hash")),
        **_hashes("concepts", concepts.values_list("slug", "content_hash")),
        **_hashes("questions", questions.values_list("slug", "published__content_hash")),
    }
    coming = {
        **_hashes("frameworks", ((each.id, each.hash) for each in library.frameworks.values())),
        **_hashes("concepts", ((each.id, each.hash) for each in library.concepts.values())),
        **_hashes("questions", ((each.id, each.hash) for each in library.questions.values())),
    }
    return {
        name: "unchanged" if stored.get(name) == now else "changed" if name in stored else "added"
        for name, now in coming.items()
    }


def _hashes(kind: str, found: Iterable[tuple[str, str | None]]) -> dict[str, str | None]:
    return {f"{kind}/{name}": content_hash for name, content_hash in found}
