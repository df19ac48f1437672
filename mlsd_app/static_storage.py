"""Static files under names that carry their content's hash, so browsers keep them for good."""

import hashlib
from pathlib import Path

from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from whitenoise.storage import CompressedManifestStaticFilesStorage

STAMP = ".sources"


class HashedStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # untyped
    """Also rewrites the imports between our own JavaScript modules to the hashed names.

    Django can do that for every .js file or for none; some that packages bring only look
    like modules (an import in a comment), so its rule is applied to static/js alone.
    """

    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        ("js/*.js", CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1]),
    )


def changed(target: Path) -> bool:
    """Whether a source file changed since the last time that all were collected here."""
    stamp = target / STAMP
    return not stamp.exists() or stamp.read_text() != _fingerprint()


def collect(target: Path) -> None:
    """Run collectstatic; what an interrupted run left is collected again the next time."""
    fingerprint = _fingerprint()
    (target / STAMP).unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    (target / STAMP).write_text(fingerprint)


def _fingerprint() -> str:
    """A hash of every source file's place, size and time of change."""
    sources = []
    for finder in get_finders():
        for name, storage in finder.list([]):
            status = Path(storage.path(name)).stat()
            sources.append(f"{storage.path(name)} {status.st_size} {status.st_mtime_ns}")
    return hashlib.sha256("\n".join(sorted(sources)).encode()).hexdigest()
