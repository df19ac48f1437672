"""Packages of documents: one file, a folder or a zip to a library, and documents to a zip.

A package holds ``frameworks/``, ``concepts/`` and ``questions/`` with one ``ID.yaml`` a document,
also inside one folder. Whatever comes in is a stranger's: read up to limits, never unpacked to a
disk, and all of it or nothing. Problems name files as the package does.
"""

import io
import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from rubrics.linting import unreadable
from rubrics.linting.spelling import whole
from rubrics.loading import (
    KINDS,
    MAX_BYTES,
    InvalidDocument,
    Library,
    Problem,
    Source,
    library_of,
    parse,
)
from rubrics.reading.lexicon import BadPhrase
from rubrics.schema import PHRASES, Concept

# Bytes of a file or zip that somebody sends; the library of the app has a quarter of it.
MAX_PACKAGE = 8 * 1_048_576
# Of one zip: files, bytes of them unpacked, and how many times larger than the zip that may be.
MAX_FILES = 2_000
MAX_UNPACKED = 32 * 1_048_576
MAX_RATIO = 50

# Words that addresses of the desk use: a question of such an id could not be reached.
RESERVED = frozenset({"new", "import", "export"})

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
# One moment for all members, so that the same documents are the same zip.
_MOMENT = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Known:
    """What the bank has already: concepts that questions can name, and hashes of questions.

    A question of these hashes was checked when it came in.
    """

    concepts: Mapping[str, Concept] = field(default_factory=dict)
    hashes: Collection[str] = ()


def unpack(name: str, content: bytes, known: Known) -> Library:
    """Read what somebody sent: a zip, or one document of any kind.

    Raises InvalidDocument with the problems of all files.
    """
    if len(content) > MAX_PACKAGE:
        raise too_large(name)
    if content.startswith(_ZIP) or name.lower().endswith(".zip"):
        return _checked(_unzipped(name, content), known)
    return _alone(name, content, known)


def too_large(name: str) -> InvalidDocument:
    """Say that a package has more bytes than one may have."""
    return _refused(name, "too-large", f"is larger than {MAX_PACKAGE // 1_048_576} MiB")


def unpack_path(path: Path, known: Known) -> Library:
    """Read a file, a zip or a folder of this machine. Raises InvalidDocument."""
    if path.is_dir():
        return _checked(_in_folder(path), known)
    try:
        with path.open("rb") as file:
            content = file.read(MAX_PACKAGE + 1)
    except OSError as error:
        raise _refused(str(path), "unreadable", f"cannot be read: {error.strerror}") from error
    return unpack(path.name, content, known)


def unpack_texts(texts: Mapping[str, str], known: Known) -> Library:
    """Read documents by their path in a package. Raises InvalidDocument."""
    return _checked({path: text.encode() for path, text in texts.items()}, known)


def pack(texts: Mapping[str, str]) -> bytes:
    """Make a zip of documents by path, which ``unpack`` reads. Raises InvalidDocument.

    The same documents give the same bytes. What is more than one zip may hold is refused here
    already: nobody could read it back.
    """
    files = {path: text.encode() for path, text in texts.items()}
    too_much = _refused("the zip", "too-large", "would hold too much; export a folder, or in parts")
    if len(files) > MAX_FILES or sum(map(len, files.values())) > MAX_UNPACKED:
        raise too_much
    whole_zip = io.BytesIO()
    with zipfile.ZipFile(whole_zip, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(files):
            member = zipfile.ZipInfo(path, _MOMENT)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = (stat.S_IFREG | 0o644) << 16
            archive.writestr(member, files[path])
    if whole_zip.tell() > MAX_PACKAGE:
        raise too_much
    return whole_zip.getvalue()


# --- What a library is made of ---


def _alone(name: str, content: bytes, known: Known) -> Library:
    """One document under whatever name it was saved."""
    source = parse(content, shown(name))
    library = library_of({_kind_of(source): [source]}, concepts=known.concepts, by_name=False)
    return _judgeable(library, known)


def _kind_of(source: Source) -> str:
    keys = set(source.data) if isinstance(source.data, dict) else set()
    for kind, telling in (
        ("questions", {"prompt", "rubric"}),
        ("frameworks", {"stages"}),
        ("concepts", {"wordings", "card"}),
    ):
        if telling & keys:
            return kind
    message = (
        "is no document of a bank: a question has a prompt and a rubric, a framework has stages,"
        " a concept has wordings"
    )
    raise InvalidDocument([source.problem((), "kind", message)])


def _checked(files: Mapping[str, bytes], known: Known) -> Library:
    """Documents by ``kind/name.yaml``."""
    problems: list[Problem] = []
    found: dict[str, list[Source]] = {kind: [] for kind in KINDS}
    for path, content in sorted(files.items()):
        try:
            found[path.partition("/")[0]].append(parse(content, path))
        except InvalidDocument as error:
            problems += error.problems
    return _judgeable(library_of(found, concepts=known.concepts, problems=problems), known)


def _judgeable(library: Library, known: Known) -> Library:
    """Give the library back, if the judge can read every phrase of it."""
    problems = [
        problem
        for name, concept in library.concepts.items()
        for problem in _unreadable_phrases(library.sources[f"concepts/{name}"], concept)
    ]
    for name, question in library.questions.items():
        source = library.sources[f"questions/{name}"]
        if name in RESERVED:
            problems.append(source.problem(("id",), "reserved", _RESERVED.format(name)))
        if question.hash not in known.hashes:
            problems += unreadable(source, question)
    if problems:
        raise InvalidDocument(problems)
    return library


_RESERVED = "cannot be {!r}: the bank itself uses that word; choose another id"


def _unreadable_phrases(source: Source, concept: Concept) -> Iterator[Problem]:
    for part in PHRASES:
        for number, phrase in enumerate(getattr(concept, part)):
            try:
                whole(phrase)
            except BadPhrase as error:
                yield source.problem((part, number), "phrase", str(error))


# --- Where files lie ---


def shown(name: str) -> str:
    """Give a stranger's name of a file as it can be printed anywhere."""
    plain = "".join(c if c.isprintable() else "?" for c in name)
    return plain if len(plain) <= 200 else f"{plain[:200]}…"


def _refused(name: str, rule: str, message: str) -> InvalidDocument:
    return InvalidDocument([Problem(shown(name), 1, "", rule, message)])


def _placed(members: Iterable[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    """Give the members of a zip by ``kind/name.yaml``, without its one folder around all.

    What is hidden is passed over. Raises InvalidDocument with every name that is out of place.
    """
    ways = [(PurePosixPath(each.filename).parts, each) for each in members if not each.is_dir()]
    seen = [(way, member) for way, member in ways if not _is_hidden(way)]
    tops = {way[0] for way, _ in seen}
    inside = len(tops) == 1 and not tops & KINDS.keys()
    places = [("/".join(way[inside:]), member) for way, member in seen]
    problems = [
        Problem(shown(member.filename), 1, "", "stray", _STRAY)
        for place, member in places
        if not _is_place(place)
    ]
    problems += [
        Problem(place, 1, "", "twice", "is in the package twice")
        for place, count in Counter(place for place, _ in places).items()
        if count > 1 and _is_place(place)
    ]
    if problems:
        raise InvalidDocument(problems)
    return dict(places)


_STRAY = "is out of place: a package holds frameworks/, concepts/ and questions/ with ID.yaml files"


def _is_hidden(way: tuple[str, ...]) -> bool:
    return any(part.startswith(".") or part == "__MACOSX" for part in way)


def _is_place(place: str) -> bool:
    kind, _, file = place.partition("/")
    return kind in KINDS and file.endswith(".yaml") and "/" not in file and file.isprintable()


# --- A zip ---


def _unzipped(name: str, content: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            if len(members) > MAX_FILES:
                raise _refused(name, "too-many", f"holds more than {MAX_FILES} files")
            _refuse_tricks(members)
            placed = _placed(members)
            if not placed:
                raise _refused(name, "empty", "holds no documents")
            return _read(name, archive, placed, most=MAX_RATIO * len(content))
    except _BROKEN as error:
        raise _refused(name, "zip", "is not a zip file that can be read") from error


# All that zipfile raises on bytes that somebody made up.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    OverflowError,
    ValueError,
    IndexError,
    struct.error,
)


def _refuse_tricks(members: Iterable[zipfile.ZipInfo]) -> None:
    """Refuse names that lead elsewhere, and members that are no plain files."""
    problems = [
        Problem(shown(member.orig_filename), 1, "", rule, message)
        for member in members
        for rule, message in _tricks(member)
    ]
    if problems:
        raise InvalidDocument(problems)


def _tricks(member: zipfile.ZipInfo) -> Iterator[tuple[str, str]]:
    name = member.orig_filename
    parts = name.split("/")
    if "\\" in name or ":" in parts[0] or name.startswith("/") or ".." in parts:
        yield "path", "leads out of the package; names have no .., no \\ and begin with no / or C:"
    elif not name.isprintable():
        yield "path", "has a name with characters that cannot be shown"
    if stat.S_IFMT(member.external_attr >> 16) not in (0, stat.S_IFREG, stat.S_IFDIR):
        yield "link", "is a link or a device; put the file itself into the package"
    if member.flag_bits & 0x1:
        yield "encrypted", "is encrypted; make the zip without a password"
    elif member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        yield "zip", "is compressed in a way that is not read here; use an ordinary zip"


def _read(
    name: str, archive: zipfile.ZipFile, members: Mapping[str, zipfile.ZipInfo], *, most: int
) -> dict[str, bytes]:
    """Read members up to the limits, whatever their headers say of their size.

    ``most``: bytes that honest text unpacks to; more, beyond two files, is a bomb.
    """
    files: dict[str, bytes] = {}
    size = 0
    for place, member in members.items():
        with archive.open(member) as stream:
            files[place] = stream.read(MAX_BYTES + 1)  # one more than may be, for the parser to see
        size += len(files[place])
        if size > MAX_UNPACKED:
            limit = f"{MAX_UNPACKED // 1_048_576} MiB"
            raise _refused(name, "too-large", f"holds more than {limit} once it is unpacked")
        if size > max(2 * MAX_BYTES, most):
            raise _refused(name, "bomb", f"unpacks to more than {MAX_RATIO} times its size")
    return files


# --- A folder ---


def _in_folder(folder: Path) -> dict[str, bytes]:
    """Read a folder's documents; whatever else lies beside the three folders is not looked at."""
    kinds: Collection[str] = KINDS
    if folder.resolve().name in KINDS and not _has_kinds(folder):
        folder, kinds = folder.resolve().parent, (folder.resolve().name,)
    elif not _has_kinds(folder):
        inner = [each for each in folder.iterdir() if each.is_dir() and _has_kinds(each)]
        folder = inner[0] if len(inner) == 1 else folder
    found = {
        f"{kind}/{file.name}": file
        for kind in kinds
        if (folder / kind).is_dir()
        for file in (folder / kind).iterdir()
        if not file.name.startswith(".")
    }
    loose = {file.name: file for file in folder.glob("*.y*ml")} if kinds is KINDS else {}
    problems = [
        Problem(shown(place), 1, "", rule, message)
        for place, file in {**found, **loose}.items()
        for rule, message in _misplaced(place, file, folder.resolve())
    ]
    if not found and not problems:
        raise _refused(folder.name, "empty", "holds no frameworks/, concepts/ or questions/")
    if problems:
        raise InvalidDocument(problems)
    return {place: _beginning(place, file) for place, file in found.items()}


def _has_kinds(folder: Path) -> bool:
    return any((folder / kind).is_dir() for kind in KINDS)


def _misplaced(place: str, file: Path, folder: Path) -> Iterator[tuple[str, str]]:
    if not file.resolve().is_relative_to(folder):
        yield "link", "is a link that leads out of the folder"
    elif not _is_place(place) or not file.is_file():
        yield "stray", _STRAY


def _beginning(place: str, file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise _refused(place, "unreadable", f"cannot be read: {error.strerror}") from error
