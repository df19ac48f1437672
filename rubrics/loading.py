"""YAML text to schema values, with every error at file:line.

The only reader of YAML. Stricter than YAML: one document, no aliases, no tags, no key twice, and
only true/false, null and decimal numbers are more than text (so ``no`` and ``10:30`` stay text).
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from rubrics.schema import PHRASES, Concept, Document, Framework, Indicator, Question, unknown

LIBRARY = Path(__file__).parent / "library"
MAX_BYTES = 1_048_576
MAX_DEPTH = 20
# YAML's events: the starts and ends of lists and mappings, and texts. Real questions have 8,000.
MAX_EVENTS = 60_000
# To look for the name that was meant takes time: only the first wrong names get a hint.
MOST_HINTS = 60
# The folders of a library, and what lies in each.
KINDS: Mapping[str, type[Document]] = MappingProxyType(
    {"frameworks": Framework, "concepts": Concept, "questions": Question}
)

Data = bool | int | float | str | list["Data"] | dict["str | int", "Data"] | None
DataPath = tuple[str | int, ...]
D = TypeVar("D", bound=Document)


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Something that is wrong with a document, where it is, and what to do."""

    file: str
    line: int
    path: str
    rule: str
    message: str

    def __str__(self) -> str:
        """``file:line: path: message [rule]``, the form that editors jump to."""
        where = f"{self.path}: " if self.path else ""
        return f"{self.file}:{self.line}: {where}{self.message} [{self.rule}]"


class InvalidDocument(Exception):
    """A document cannot be used; ``problems`` says all that is wrong with it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Keep the problems in reading order."""
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass(frozen=True, slots=True)
class Source:
    """Parsed YAML and the line (from 1) on which each path begins."""

    file: str
    data: Data
    lines: Mapping[DataPath, int]
    text: str = ""

    def line(self, path: DataPath) -> int:
        """The line of a path, or of the nearest thing around it that has one."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return self.lines.get((), 1)

    def problem(self, path: DataPath, rule: str, message: str) -> Problem:
        """Say what is wrong at a path of this source."""
        return Problem(self.file, self.line(path), dotted(path), rule, message)


@dataclass(frozen=True, slots=True)
class Library:
    """Everything under one library folder, by id."""

    frameworks: Mapping[str, Framework]
    concepts: Mapping[str, Concept]
    questions: Mapping[str, Question]
    sources: Mapping[str, Source]


def dotted(path: DataPath) -> str:
    """``("rubric", "criteria", 0, "id")`` as ``rubric.criteria[0].id``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def read(file: Path) -> Source:
    """Parse a file. Raises InvalidDocument when it cannot be read as one YAML document."""
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise InvalidDocument(
            [Problem(str(file), 1, "", "unreadable", f"cannot be read: {error.strerror}")]
        ) from error
    return parse(raw, str(file))


def parse(raw: bytes | str, file: str) -> Source:
    """Parse YAML text. Raises InvalidDocument with every problem of form."""
    if len(raw.encode(errors="replace") if isinstance(raw, str) else raw) > MAX_BYTES:
        raise InvalidDocument(
            [Problem(file, 1, "", "too-large", f"is larger than {MAX_BYTES // 1024} KiB")]
        )
    try:
        text = raw if isinstance(raw, str) else raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise InvalidDocument([Problem(file, line, "", "encoding", "is not UTF-8 text")]) from error
    try:
        _refuse_depth(text, file)
        # yaml.compose builds the tree of nodes and makes no object of any kind.
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise InvalidDocument(
            [Problem(file, mark.line + 1 if mark else 1, "", "yaml", _sentence(error))]
        ) from error
    except yaml.reader.ReaderError as error:
        line = text.encode()[: error.position].count(b"\n") + 1
        message = "holds a character that no text has; save it as UTF-8"
        raise InvalidDocument([Problem(file, line, "", "yaml", message)]) from error
    except yaml.YAMLError as error:
        raise InvalidDocument([Problem(file, 1, "", "yaml", _sentence(error))]) from error
    if node is None:
        raise InvalidDocument([Problem(file, 1, "", "empty", "holds no document")])
    reader = _Reader(file)
    data = reader.value(node, ())
    if reader.problems:
        raise InvalidDocument(reader.problems)
    return Source(file, data, reader.lines, text)


def _follows(detail: ErrorDetails, inside: Mapping[tuple[int | str, ...], int]) -> bool:
    """Whether an error only says that too little is left once the wrong items are gone."""
    return detail["type"] == "too_short" and inside[detail["loc"]] > 1


def _refuse_depth(text: str, file: str) -> None:
    """Stop before composing: the composer recurses in C, and deep nesting kills the process.

    Very many small parts take seconds and hundreds of megabytes, so they stop here too.
    """
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=yaml.CSafeLoader)):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            line = event.start_mark.line + 1 if event.start_mark else 1
            problem = Problem(file, line, "", "too-deep", f"is nested deeper than {MAX_DEPTH}")
            raise InvalidDocument([problem])
        if count > MAX_EVENTS:
            problem = Problem(file, 1, "", "too-large", f"has more than {MAX_EVENTS:,} parts")
            raise InvalidDocument([problem])


def validate(source: Source, kind: type[D]) -> D:
    """Make a schema value of a parsed document. Raises InvalidDocument with every problem."""
    try:
        return kind.model_validate(source.data)
    except ValidationError as error:
        raise InvalidDocument(_problems(source, error, kind)) from error


def _problems(source: Source, error: ValidationError, kind: type[Document]) -> Iterator[Problem]:
    details = error.errors(include_url=False, include_input=False)
    inside = Counter(each["loc"][:end] for each in details for end in range(len(each["loc"]) + 1))
    told = [(_place(each), each) for each in details if not _follows(each, inside)]
    told.sort(key=lambda each: source.line(each[0]))
    for number, (path, detail) in enumerate(told):
        fields = _fields(kind) if number < MOST_HINTS else ()
        yield source.problem(path, detail["type"].replace("_", "-"), _said(detail, fields))


def _place(detail: ErrorDetails) -> DataPath:
    loc = (*detail["loc"], *detail.get("ctx", {}).get("path", ()))
    return tuple(part for part in loc if part != "[key]")


# What pydantic says, in words for people who write documents.
_PLAINLY = {
    "missing": "is missing",
    "enum": "must be one of {expected}",
    "literal_error": "must be one of {expected}",
    "too_short": "needs at least {min_length}",
    "too_long": "has more than {max_length}",
    "string_too_short": "must not be empty",
    "string_too_long": "is longer than {max_length} characters",
    "string_type": "must be text; put it in quotes if it looks like a number",
    "string_pattern_mismatch": "has something other than small letters, digits and single hyphens",
    "int_type": "must be a number",
    "int_parsing": "must be a number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "tuple_type": "must be a list",
    "model_type": "must have fields of its own",
    "dict_type": "must have fields of its own",
}


def _said(detail: ErrorDetails, fields: Sequence[str]) -> str:
    if detail["type"] == "extra_forbidden":
        near = get_close_matches(str(detail["loc"][-1]), fields, 1)
        return f"is no field here; did you mean {near[0]}?" if near else "is no field here"
    plainly = _PLAINLY.get(detail["type"])
    if plainly:
        return plainly.format_map(detail.get("ctx", {}))
    return detail["msg"].removeprefix("Value error, ")


@cache
def _fields(kind: type[Document]) -> list[str]:
    """The names of all fields in a kind of document, at any depth."""
    schema = kind.model_json_schema()
    parts = [schema, *schema.get("$defs", {}).values()]
    return sorted({name for part in parts for name in part.get("properties", ())})


def question_of(source: Source, concepts: Mapping[str, Concept]) -> Question:
    """Make a question of its source, with the concepts that it names written into it.

    The value stands alone: a later edit of a concept does not change it, and its hash covers
    every wording that judging uses. A document that says ``standalone`` has them in it already.
    """
    question = validate(source, Question)
    if missing := [each for each in _drawn_on(question) if each[1] not in concepts]:
        raise InvalidDocument(_no_concepts(source, missing, concepts))
    criteria = []
    for criterion in question.rubric.criteria:
        indicators = tuple(
            _with_concepts(
                each, [] if question.standalone else [concepts[n] for n in each.concepts]
            )
            for each in criterion.indicators
        )
        criteria.append(criterion.model_copy(update={"indicators": indicators}))
    rubric = question.rubric.model_copy(update={"criteria": tuple(criteria)})
    return question.model_copy(update={"rubric": rubric, "standalone": False})


def _drawn_on(question: Question) -> Iterator[tuple[DataPath, str]]:
    """Every concept that a question or an indicator of it names, with its path."""
    for k, name in enumerate(question.concepts):
        yield ("concepts", k), name
    for c, criterion in enumerate(question.rubric.criteria):
        for i, indicator in enumerate(criterion.indicators):
            for k, name in enumerate(indicator.concepts):
                yield ("rubric", "criteria", c, "indicators", i, "concepts", k), name


def _no_concepts(
    source: Source, missing: list[tuple[DataPath, str]], known: Iterable[str]
) -> Iterator[Problem]:
    missing.sort(key=lambda each: source.line(each[0]))
    for number, (path, name) in enumerate(missing):
        told = unknown("concept", name, known if number < MOST_HINTS else ())
        yield source.problem(path, "unknown-concept", told.message())


def load_library(folder: Path = LIBRARY) -> Library:
    """Load every framework, concept and question of a folder.

    Raises InvalidDocument with the problems of all files; nothing is loaded in part.
    """
    problems: list[Problem] = []
    sources = {kind: list(_sources(folder / kind, problems)) for kind in KINDS}
    return library_of(sources, problems=problems)


def library_of(
    found: Mapping[str, Iterable[Source]],
    *,
    concepts: Mapping[str, Concept] = MappingProxyType({}),
    problems: Iterable[Problem] = (),
    by_name: bool = True,
) -> Library:
    """Make a library of what was read, by kind (``KINDS``).

    ``concepts``: those that questions can name besides. ``problems``: what was found before.
    ``by_name``: a file must be called like the document in it. Raises InvalidDocument.
    """
    wrong = [*problems]
    sources: dict[str, Source] = {}

    def load(kind: type[D], folder: str) -> dict[str, D]:
        loaded: dict[str, D] = {}
        for source in found.get(folder, ()):
            try:
                document = validate(source, kind)
            except InvalidDocument as error:
                wrong.extend(error.problems)
                continue
            identifier = str(getattr(document, "id", ""))
            if by_name and Path(source.file).stem != identifier:
                wrong.append(
                    source.problem(("id",), "file-name", f"save this as {identifier}.yaml")
                )
            loaded[identifier] = document
            sources[f"{folder}/{identifier}"] = source
        return loaded

    frameworks = load(Framework, "frameworks")
    own = load(Concept, "concepts")
    questions: dict[str, Question] = {}
    for name in load(Question, "questions"):
        try:
            questions[name] = question_of(sources[f"questions/{name}"], {**concepts, **own})
        except InvalidDocument as error:
            wrong.extend(error.problems)
    if wrong:
        raise InvalidDocument(wrong)
    return Library(frameworks, own, questions, sources)


def _sources(folder: Path, problems: list[Problem]) -> Iterator[Source]:
    for file in sorted(folder.glob("*.yaml")):
        try:
            yield read(file)
        except InvalidDocument as error:
            problems.extend(error.problems)


class _Dumper(yaml.SafeDumper):
    """Writes a document as people do: text of several rows as a block, lists indented."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indent lists as well."""
        super().increase_indent(flow, False)


def _text_node(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    if "\x85" in text:  # a line break to YAML, which would come back as another one
        style: str | None = '"'
    elif "\n" in text:
        style = "|"
    else:  # what would be read as a number or a word here, though YAML takes it for text
        style = None if isinstance(_plain(text), str) else "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text_node)


def written(document: Document) -> str:
    """Write a document as YAML that ``parse`` and ``validate`` read back to the same value."""
    data = document.model_dump(mode="json", exclude_defaults=True)
    return yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)


def _with_concepts(indicator: Indicator, concepts: list[Concept]) -> Indicator:
    if not concepts:
        return indicator
    merged = {
        field: tuple(
            dict.fromkeys(
                phrase for part in (indicator, *concepts) for phrase in getattr(part, field)
            )
        )
        for field in PHRASES
    }
    return indicator.model_copy(update=merged)


def _sentence(error: Exception) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem:
        told = (plainly for said, plainly in _YAML_PLAINLY if said in error.problem)
        return next(told, f"is not YAML: {error.problem}")
    return "is not YAML that can be read here"


_MISFIT = (
    "does not fit the rows above it: indent it like them; a text that begins with a quote, [ or {"
    " goes in quotes as a whole"
)
# What libyaml says, in words for people who write documents.
_YAML_PLAINLY = (
    ("mapping values are not allowed", "a colon and a blank inside a text: put the text in quotes"),
    (
        "cannot start any token",
        "begins with a sign that needs quotes, or a tab: indent with blanks",
    ),
    ("did not find expected '-' indicator", _MISFIT),
    ("did not find expected key", _MISFIT),
)


_PLAIN: tuple[tuple[re.Pattern[str], type], ...] = (
    (re.compile(r"[-+]?\d{1,18}"), int),
    (re.compile(r"[-+]?(\d{1,18}\.\d{1,18}|\d{1,4}(\.\d{1,4})?e[-+]?\d{1,2})"), float),
)
_WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None, "true": True, "false": False}


class _Reader:
    """Turns yaml's nodes into plain data, remembering lines and collecting problems."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[DataPath, int] = {}
        self.problems: list[Problem] = []
        self._seen: set[int] = set()

    def value(self, node: yaml.Node, path: DataPath) -> Data:
        if not self._is_allowed(node, path):
            return None
        self.lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, i)) for i, item in enumerate(node.value)]
        return _scalar(node) if isinstance(node, yaml.ScalarNode) else None

    def _is_allowed(self, node: yaml.Node, path: DataPath) -> bool:
        # compose() gives the very same node object again for an alias.
        if id(node) in self._seen:
            self._add(node, path, "alias", "writes an alias (*name); write the text out")
            return False
        if not node.tag.startswith("tag:yaml.org,2002:") or node.tag.count("/"):
            self._add(node, path, "tag", f"has the tag {node.tag}; tags are not used here")
            return False
        if "\0" in node.value:
            self._add(node, path, "character", r"holds the character \0, which no text has")
            return False
        self._seen.add(id(node))
        return True

    def _mapping(self, node: yaml.MappingNode, path: DataPath) -> Data:
        mapping: dict[str | int, Data] = {}
        for key_node, value_node in node.value:
            key = _scalar(key_node) if isinstance(key_node, yaml.ScalarNode) else None
            if isinstance(key, bool) or not isinstance(key, str | int) or "\0" in str(key):
                self._add(key_node, path, "key", "has a key that is neither a word nor a number")
                continue
            if key in mapping:
                self._add(key_node, (*path, key), "twice", f"the key {key!r} is here twice")
                continue
            self.lines[(*path, key)] = key_node.start_mark.line + 1
            mapping[key] = self.value(value_node, (*path, key))
        return mapping

    def _add(self, node: yaml.Node, path: DataPath, rule: str, message: str) -> None:
        line = node.start_mark.line + 1
        if rule == "alias":  # its node stands where the anchor is; a key tells the true line
            around = (path[:length] for length in range(len(path), 0, -1))
            line = next((self.lines[one] for one in around if one in self.lines), line)
        self.problems.append(Problem(self.file, line, dotted(path), rule, message))


def _scalar(node: yaml.ScalarNode) -> bool | int | float | str | None:
    text = str(node.value)
    return text if node.style else _plain(text)  # quoted or a block; plain scalars have none


def _plain(text: str) -> bool | int | float | str | None:
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    for pattern, number in _PLAIN:
        if pattern.fullmatch(text):
            return int(text) if number is int else float(text)
    return text
