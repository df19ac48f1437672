"""`make setup` makes .venv once, mends a half-made one, and fails in one clear line."""

import base64
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from mlsd_app import bootstrap

SCRIPT = Path(bootstrap.__file__)


def write_wheel(folder: Path) -> str:
    """A package `tiny` 1.0 with one module; gives the wheel's sha256."""
    files = {
        "tiny.py": "WORD = 'here'\n",
        "tiny-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n",
        "tiny-1.0.dist-info/WHEEL": (
            "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        ),
    }
    record = ""
    for name, text in files.items():
        mark = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=")
        record += f"{name},sha256={mark.decode()},{len(text)}\n"
    record += "tiny-1.0.dist-info/RECORD,,\n"
    path = folder / "tiny-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in {**files, "tiny-1.0.dist-info/RECORD": record}.items():
            archive.writestr(name, text)
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the script beside a lock of one package, which lies in a folder."""
    project = tmp_path / "a project"
    (project / "mlsd_app").mkdir(parents=True)
    (project / "requirements").mkdir()
    (project / "wheels").mkdir()
    shutil.copy(SCRIPT, project / "mlsd_app")
    mark = write_wheel(project / "wheels")
    (project / "requirements" / "base.txt").write_text(f"tiny==1.0 --hash=sha256:{mark}\n")
    return project


def setup(project: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "mlsd_app/bootstrap.py"],
        cwd=project,
        env={
            "PATH": os.environ["PATH"],
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": (project / "wheels").as_uri(),
            **environ,
        },
        capture_output=True,
        text=True,
        check=False,
    )


def word(project: Path) -> str:
    python = project / ".venv" / "bin" / "python"
    command = [str(python), "-c", "import tiny; print(tiny.WORD)"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.machine
def test_it_makes_a_venv_once_and_mends_a_half_made_one(project: Path) -> None:
    first = setup(project)
    assert first.returncode == 0, first.stderr
    assert first.stdout.splitlines()[0] == "Making .venv ..."
    assert word(project) == "here"

    again = setup(project)
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")

    # As an interrupted install leaves it: no stamp, and a package that only seems installed.
    (project / ".venv" / "made-from.json").unlink()
    (next((project / ".venv" / "lib").glob("python*")) / "site-packages" / "tiny.py").unlink()
    mended = setup(project)
    assert mended.returncode == 0, mended.stderr
    assert "half-made" in mended.stdout
    assert word(project) == "here"


@pytest.mark.machine
def test_a_changed_package_is_refused(project: Path) -> None:
    lock = project / "requirements" / "base.txt"
    lock.write_text(f"tiny==1.0 --hash=sha256:{'0' * 64}\n")
    done = setup(project)
    assert done.returncode == 1
    assert "is not the one that requirements/ expects" in done.stderr


@pytest.mark.machine
def test_no_network_is_told_in_one_line(project: Path) -> None:
    (project / "wheels" / "tiny-1.0-py3-none-any.whl").unlink()
    away = {"PIP_NO_INDEX": "0", "PIP_INDEX_URL": "http://127.0.0.1:1/", "PIP_RETRIES": "1"}
    done = setup(project, **away)
    assert done.returncode == 1
    (line,) = done.stderr.strip().splitlines()
    assert "check the network" in line
    assert line.endswith("(More in var/log/setup.log.)")
    assert not (project / ".venv" / "made-from.json").exists()


def test_a_folder_that_cannot_be_written_is_told_in_one_line(project: Path) -> None:
    (project / "var").symlink_to("/proc")  # not even root can make a folder there
    done = setup(project)
    assert done.returncode == 1
    (line,) = done.stderr.strip().splitlines()
    assert line


@pytest.mark.parametrize(
    ("output", "advice"),
    [
        ("OSError: [Errno 28] No space left on device: '/x'", "make room"),
        ("building 'x' extension\nerror: command 'gcc' failed: No such file", "C compiler"),
        ("x.c:1:10: fatal error: Python.h: No such file or directory", "C compiler"),
        ("OSError: [Errno 30] Read-only file system: '/x/.venv'", "who owns it"),
        ("error: subprocess-exited-with-error", "Setting up failed: subprocess-exited-with-error"),
        ("", "Setting up failed."),
    ],
)
def test_what_pip_says_becomes_advice(output: str, advice: str) -> None:
    assert advice in bootstrap.explain(output)


def test_an_old_python_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "LEAST_PYTHON", (99, 0))
    with pytest.raises(SystemExit, match=r"needs Python 3\.11 or newer"):
        bootstrap.check_python()


def test_a_missing_venv_module_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(SystemExit, match="apt-get install python3-venv"):
        bootstrap.check_python()


def test_a_stamp_of_another_folder_does_not_fit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stamp, lock = tmp_path / "stamp.json", tmp_path / "base.txt"
    lock.write_text("")
    monkeypatch.setattr(bootstrap, "STAMP", stamp)
    locks = {"base.txt": bootstrap.digest(lock)}
    stamp.write_text(json.dumps({"identity": bootstrap.identity(), "locks": locks}))
    assert bootstrap.is_made_from(lock)
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / "moved")
    assert not bootstrap.is_made_from(lock)
