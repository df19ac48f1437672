"""Whatever somebody packs is read whole or refused with every reason; what goes out comes back."""

import io
import json
import stat
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rubrics import bank, outlook, packing
from rubrics.linting import RULES
from rubrics.linting.case import Case, Found, Rule
from rubrics.loading import (
    LIBRARY,
    MAX_BYTES,
    InvalidDocument,
    Problem,
    parse,
    validate,
    written,
)
from rubrics.models import Concept, Draft, FrameworkVersion, Question, QuestionVersion
from rubrics.packing import Known
from rubrics.schema import Concept as ConceptDocument
from tests.rubrics.documents import TINY, WHOLE, criterion, indicator, question

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
LATER = datetime(2026, 6, 4, 12, tzinfo=UTC)
NOTHING = Known()

ALONE = TINY.replace("          concepts: [ab]\n", "")
AB = "id: ab\ntitle: A/B test\nwordings: [a/b test]\nplain: [two groups of users]\ncard: Words.\n"
STEPS = """\
id: steps
title: Steps
summary: One step.
stages:
  - {id: scope, title: Scope, share: 8, guide: Ask., asks: [Who?], mistakes: [Haste.]}
"""
PACKAGE = {"questions/tiny.yaml": TINY, "concepts/ab.yaml": AB, "frameworks/steps.yaml": STEPS}
# Nothing is wrong with its question by any rule.
FINISHED = {
    "questions/dinner-ideas.yaml": json.dumps(WHOLE),
    "concepts/drift.yaml": (LIBRARY / "concepts" / "drift.yaml").read_text(),
    "frameworks/four-stage.yaml": (LIBRARY / "frameworks" / "four-stage.yaml").read_text(),
}


def zipped(files: Mapping[str, str | bytes], **member: Any) -> bytes:
    """A zip of files, with what its members are said to be."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.filename = name  # as it is, also what ZipInfo would mend
            for key, value in member.items():
                setattr(info, key, value)
            archive.writestr(info, content)
    return whole.getvalue()


def refused(content: bytes, *, name: str = "p.zip", known: Known = NOTHING) -> list[Problem]:
    with pytest.raises(InvalidDocument) as caught:
        packing.unpack(name, content, known)
    return list(caught.value.problems)


def rules(content: bytes, *, name: str = "p.zip") -> set[str]:
    return {problem.rule for problem in refused(content, name=name)}


# --- What comes in ---


@pytest.mark.parametrize("top", ["", "my bank/", "./"])
def test_a_zip_may_have_one_folder_around_all(top: str) -> None:
    library = packing.unpack(
        "p.zip", zipped({top + path: text for path, text in PACKAGE.items()}), NOTHING
    )
    assert set(library.sources) == {"questions/tiny", "concepts/ab", "frameworks/steps"}
    merged = library.questions["tiny"].rubric.criteria[0].indicators[0]
    assert merged.wordings == ("online experiment", "a/b test")


def test_hidden_files_and_those_of_macs_are_passed_over() -> None:
    hidden = {"questions/.DS_Store": "x", "__MACOSX/questions/._tiny.yaml": "x", ".git/x": "x"}
    library = packing.unpack("p.zip", zipped({**PACKAGE, **hidden, "questions/": ""}), NOTHING)
    assert set(library.questions) == {"tiny"}


@pytest.mark.parametrize(
    ("text", "kind"),
    [(ALONE, "questions/tiny"), (AB, "concepts/ab"), (STEPS, "frameworks/steps")],
)
def test_one_file_is_what_it_holds_under_any_name(text: str, kind: str) -> None:
    library = packing.unpack("download (1).yaml", text.encode(), NOTHING)
    assert set(library.sources) == {kind}


def test_a_question_may_name_concepts_of_the_bank() -> None:
    assert [problem.rule for problem in refused(TINY.encode(), name="q.yaml")] == [
        "unknown-concept"
    ]
    known = Known({"ab": validate(parse(AB, ""), ConceptDocument)})
    value = packing.unpack("q.yaml", TINY.encode(), known).questions["tiny"]
    assert value.rubric.criteria[0].indicators[0].plain == ("two groups of users",)


def test_the_concepts_of_a_package_win_over_those_of_the_bank() -> None:
    known = Known({"ab": validate(parse(AB.replace("a/b test", "old"), ""), ConceptDocument)})
    value = packing.unpack("p.zip", zipped(PACKAGE), known).questions["tiny"]
    assert value.rubric.criteria[0].indicators[0].wordings == ("online experiment", "a/b test")


def test_problems_of_all_files_come_at_once_with_file_line_and_path() -> None:
    bad = {
        "top/questions/tiny.yaml": ALONE.replace("title: Tiny", "titel: Tiny"),
        "top/concepts/ab.yaml": AB + "id: again\n",
        "top/frameworks/steps.yaml": "id: [\n",
        "top/questions/other.yaml": ALONE.replace("online experiment", "(a|b"),
    }
    found = {(p.file, p.line, p.path, p.rule) for p in refused(zipped(bad))}
    assert found == {
        ("questions/tiny.yaml", 1, "title", "missing"),
        ("questions/tiny.yaml", 2, "titel", "extra-forbidden"),
        ("concepts/ab.yaml", 6, "id", "twice"),
        ("frameworks/steps.yaml", 2, "", "yaml"),
        ("questions/other.yaml", 1, "id", "file-name"),
    }


def test_phrases_that_cannot_be_read_are_found_in_questions_and_concepts() -> None:
    broken = {
        "questions/tiny.yaml": ALONE.replace("online experiment", '"(a|b"'),
        "concepts/ab.yaml": AB.replace("two groups of users", '"(two"'),
    }
    found = [(p.file, p.line, p.path, p.rule) for p in refused(zipped(broken))]
    place = "rubric.criteria[0].indicators[0].wordings[0]"
    assert found == [
        ("concepts/ab.yaml", 4, "plain[0]", "phrase"),
        ("questions/tiny.yaml", 14, place, "phrase"),
    ]


# --- What does not ---


@pytest.mark.parametrize(
    ("text", "line", "path", "rule"),
    [
        (b"id: !!python/object/apply:os.system [ls]\n", 1, "id", "tag"),
        (b"id: x\ntitle: !secret x\n", 2, "title", "tag"),
        (b"a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]\n", 2, "b[0]", "alias"),
        (b"id: x\nid: y\n", 2, "id", "twice"),
        (b"id: x\ntitle: Caf\xe9\n", 2, "", "encoding"),
        ("id: x\n".encode("utf-16"), 1, "", "encoding"),
        ("id: x\n".encode("utf-16-le"), 1, "", "yaml"),
        (b"\x89PNG\r\n\x1a\n", 1, "", "encoding"),
        (b'title: "a\\0b"\n', 1, "title", "character"),
        (b"[" * 100_000, 1, "", "too-deep"),
        (b"id: x\n---\nid: y\n", 2, "", "yaml"),
        (b"", 1, "", "empty"),
        (b"# nothing\n", 1, "", "empty"),
        (b"k: [" + b"[]," * 40_000 + b"]", 1, "", "too-large"),
        (b"x" * (MAX_BYTES + 1), 1, "", "too-large"),
        (b"x" * 10_000_000, 1, "", "too-large"),
    ],
)
@pytest.mark.parametrize("inside", [False, True])
def test_what_is_no_safe_document_is_named_at_its_line(
    text: bytes, line: int, path: str, rule: str, inside: bool
) -> None:
    content = zipped({"questions/x.yaml": text}) if inside else text
    first = refused(content, name="p.zip" if inside else "x.yaml")[0]
    assert (first.line, first.path, first.rule) == (line, path, rule)


@pytest.mark.parametrize("text", ["just words\n", "id: x\ntitle: X\n", "- prompt\n"])
def test_one_file_that_is_no_document_is_refused(text: str) -> None:
    assert rules(text.encode(), name="x.yaml") == {"kind"}


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("../questions/x.yaml", "path"),
        ("questions/../../x.yaml", "path"),
        ("/questions/x.yaml", "path"),
        ("C:/questions/x.yaml", "path"),
        ("questions\\x.yaml", "path"),
        ("questions/x\x00.yaml", "path"),
        ("questions/x\x1b[2J.yaml", "path"),
        ("questions/deep/x.yaml", "stray"),
        ("questions/x.yml", "stray"),
        ("other/x.yaml", "stray"),
        ("README.md", "stray"),
        ("x.yaml", "stray"),
        ("questions", "stray"),
    ],
)
def test_names_that_are_out_of_place_are_refused(name: str, rule: str) -> None:
    found = refused(zipped({**PACKAGE, name: ALONE}))
    assert [problem.rule for problem in found] == [rule]
    assert found[0].file.isprintable()


def test_the_same_name_twice_is_refused() -> None:
    assert rules(zipped({"questions/tiny.yaml": ALONE, "./questions/tiny.yaml": ALONE})) == {
        "twice"
    }


def test_links_and_devices_are_refused() -> None:
    for kind in (stat.S_IFLNK, stat.S_IFCHR, stat.S_IFIFO):
        assert rules(zipped({"questions/x.yaml": "/etc/passwd"}, external_attr=kind << 16)) == {
            "link"
        }


def test_a_zip_with_a_password_or_a_rare_compression_is_refused() -> None:
    content = bytearray(zipped({"questions/x.yaml": ALONE}))
    central = content.index(b"PK\x01\x02")
    content[central + 8] |= 1
    assert rules(bytes(content)) == {"encrypted"}
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("questions/x.yaml", ALONE)
    assert rules(whole.getvalue()) == {"zip"}


def test_a_bomb_is_not_unpacked() -> None:
    spaces = b" " * MAX_BYTES
    many = zipped({f"questions/q{number}.yaml": spaces for number in range(3)})
    assert rules(many) == {"bomb"}
    assert rules(zipped({"questions/x.yaml": b" " * 200_000_000})) == {"too-large"}


def test_a_bomb_that_lies_about_its_size_is_not_unpacked() -> None:
    content = bytearray(zipped({"questions/x.yaml": b" " * 50_000_000}))
    central = content.index(b"PK\x01\x02")
    content[central + 24 : central + 28] = (100).to_bytes(4, "little")
    assert rules(bytes(content)) <= {"bomb", "zip", "empty", "too-large"}


def test_more_than_a_package_may_hold_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packing, "MAX_UNPACKED", 1_000)
    assert rules(zipped({**PACKAGE, "questions/b.yaml": "x" * 2_000})) == {"too-large"}
    monkeypatch.setattr(packing, "MAX_FILES", 2)
    assert rules(zipped(PACKAGE)) == {"too-many"}
    with pytest.raises(InvalidDocument, match="too much"):
        packing.pack(PACKAGE)


def test_a_package_beyond_the_limit_is_not_looked_at() -> None:
    assert rules(b"PK\x03\x04" + b"x" * packing.MAX_PACKAGE) == {"too-large"}


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"PK\x05\x06", b"words"])
def test_what_is_no_zip_is_refused(content: bytes) -> None:
    assert rules(content) == {"zip"}


def test_an_empty_zip_is_refused() -> None:
    assert rules(zipped({})) == {"empty"}
    assert rules(zipped({"questions/": ""})) == {"empty"}


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_damaged_zip_is_refused_or_read_but_never_more(data: st.DataObject) -> None:
    content = bytearray(zipped(PACKAGE))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(content)))
    for damaged in (bytes(content), bytes(content[:cut])):
        with suppress(InvalidDocument):
            packing.unpack("p.zip", damaged, NOTHING)


# --- Folders ---


def laid_out(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def in_folder(path: Path) -> set[str]:
    try:
        return set(packing.unpack_path(path, NOTHING).sources)
    except InvalidDocument as error:
        return {problem.rule for problem in error.problems}


def test_a_folder_is_read_from_above_from_itself_and_from_one_of_its_kinds(tmp_path: Path) -> None:
    laid_out(tmp_path / "bank", {**PACKAGE, "README.md": "words", ".git/config": "x"})
    every = {"questions/tiny", "concepts/ab", "frameworks/steps"}
    assert in_folder(tmp_path) == in_folder(tmp_path / "bank") == every
    assert in_folder(tmp_path / "bank" / "concepts") == {"concepts/ab"}
    assert in_folder(tmp_path / "bank" / "concepts" / "ab.yaml") == {"concepts/ab"}
    (tmp_path / "p.zip").write_bytes(zipped(PACKAGE))
    assert in_folder(tmp_path / "p.zip") == every


def test_what_is_out_of_place_in_a_folder_is_refused(tmp_path: Path) -> None:
    assert in_folder(laid_out(tmp_path / "a", {**PACKAGE, "loose.yaml": ALONE})) == {"stray"}
    assert in_folder(laid_out(tmp_path / "b", {**PACKAGE, "questions/x.yml": ALONE})) == {"stray"}
    assert in_folder(laid_out(tmp_path / "c", {"words.txt": ""})) == {"empty"}
    assert in_folder(tmp_path / "missing.yaml") == {"unreadable"}


def test_links_stay_inside_their_folder(tmp_path: Path) -> None:
    folder = laid_out(tmp_path / "bank", {**PACKAGE, ".data/other.yaml": ""})
    outside = tmp_path / "secret.yaml"
    outside.write_text(ALONE)
    (folder / "questions" / "other.yaml").symlink_to(outside)
    assert in_folder(folder) == {"link"}
    (folder / "questions" / "other.yaml").unlink()
    (folder / "questions" / "tiny.yaml").rename(folder / ".data" / "tiny.yaml")
    (folder / "questions" / "tiny.yaml").symlink_to(folder / ".data" / "tiny.yaml")
    assert "questions/tiny" in in_folder(folder)


# --- What goes out comes back ---


def test_the_same_documents_are_the_same_zip() -> None:
    assert packing.pack(PACKAGE) == packing.pack(dict(reversed(PACKAGE.items())))
    library = packing.unpack("p.zip", packing.pack(PACKAGE), NOTHING)
    assert library.sources["questions/tiny"].text == TINY


LINES = st.text(min_size=1, max_size=80).filter(lambda text: text.strip() and "\0" not in text)
ODD = ("1e5", "08", "tRue", "nULL", "~", "no", "10:30", "a\x85b", "a: b", "# x", "a\n\n  b\r\nc")


@settings(deadline=None)
@given(st.one_of(LINES, st.sampled_from(ODD)))
def test_any_text_comes_back_as_it_was_written(text: str) -> None:
    document = ConceptDocument(id="x", title="X", wordings=(text,), card=f"{text}\n{text}")
    again = validate(parse(written(document), "x.yaml"), ConceptDocument)
    assert again == document
    assert again.hash == document.hash


def hashes() -> dict[str, str]:
    """Every document that the bank shows, by kind and name."""
    published = Question.objects.filter(published__isnull=False)
    return {
        **dict(published.values_list("slug", "published__content_hash")),
        **{f"c/{row.slug}": row.content_hash for row in Concept.objects.all()},
        **{
            f"f/{row.slug}": row.content_hash
            for row in FrameworkVersion.objects.filter(is_current=True)
        },
    }


def into_an_empty_bank(content: bytes) -> dict[str, str]:
    """Forget the bank, bring a package into an empty one, and give what is there."""
    Question.objects.update(published=None, state=Question.State.DRAFT)
    Concept.objects.all().delete()
    FrameworkVersion.objects.update(is_current=False)
    bank.bring(packing.unpack("p.zip", content, outlook.known()), now=LATER)
    return hashes()


@pytest.mark.django_db
def test_two_questions_and_all_concepts_come_back_with_the_same_hashes() -> None:
    names = ("ad-click-prediction", "credit-risk")
    files = [
        *LIBRARY.glob("concepts/*.yaml"),
        *LIBRARY.glob("frameworks/*.yaml"),
        *(LIBRARY / "questions" / f"{name}.yaml" for name in names),
    ]
    texts = {str(file.relative_to(LIBRARY)): file.read_text() for file in files}
    bank.bring(packing.unpack("p.zip", packing.pack(texts), NOTHING), now=NOW)
    before = hashes()
    out = bank.documents()
    for name in names:
        assert out[f"questions/{name}.yaml"] == texts[f"questions/{name}.yaml"]
    assert into_an_empty_bank(packing.pack(out)) == before


@pytest.mark.django_db
@pytest.mark.parametrize("source", ["", ALONE, "broken: ["])
def test_a_question_comes_back_whose_text_was_not_kept_or_does_not_fit(source: str) -> None:
    value = question(criterion(indicator(concepts=["ab"])), title="1e5", companies=["no"])
    bank.bring(packing.unpack("ab.yaml", AB.encode(), NOTHING), now=NOW)
    bank.publish(value, now=NOW, source=source)
    before = hashes()
    assert "standalone: true" in bank.documents()["questions/tiny.yaml"]
    assert into_an_empty_bank(packing.pack(bank.documents())) == before


@pytest.mark.django_db
def test_a_question_comes_back_as_it_was_although_its_concept_was_changed_since() -> None:
    bank.bring(packing.unpack("p.zip", zipped(PACKAGE), NOTHING), now=NOW)
    changed = AB.replace("[a/b test]", "[split test, a/b test]")
    bank.bring(packing.unpack("ab.yaml", changed.encode(), outlook.known()), now=LATER)
    before = hashes()
    out = bank.documents()
    assert "standalone: true" in out["questions/tiny.yaml"]
    assert bank.bring(packing.unpack_texts(out, outlook.known()), now=LATER).unchanged == 3
    assert into_an_empty_bank(packing.pack(out)) == before
    # And once more, from the text that is kept now.
    assert into_an_empty_bank(packing.pack(bank.documents())) == before


@pytest.mark.django_db
def test_some_questions_go_out_with_what_they_draw_on() -> None:
    followed = {"framework": "steps", "stages": {"scope": "Words."}}
    text = TINY + f"model_answer: {json.dumps(followed)}\n"
    more = {"concepts/cd.yaml": AB.replace("id: ab", "id: cd"), "questions/tiny.yaml": text}
    bank.bring(packing.unpack("p.zip", zipped({**PACKAGE, **more}), NOTHING), now=NOW)
    bank.publish(question(id="other"), now=NOW)
    assert set(bank.documents(["tiny"])) == set(PACKAGE)
    Question.objects.filter(slug="tiny").update(state=Question.State.RETIRED)
    assert "questions/tiny.yaml" not in bank.documents()
    assert set(bank.documents(["tiny"])) == set(PACKAGE)
    with pytest.raises(bank.NotThere, match=r"^gone$"):
        bank.documents(["tiny", "gone"])


@pytest.mark.django_db
def test_a_refused_package_changes_nothing() -> None:
    bank.bring(packing.unpack("p.zip", zipped(PACKAGE), NOTHING), now=NOW)
    before = hashes(), QuestionVersion.objects.count()
    half = {**PACKAGE, "concepts/ab.yaml": AB + "source: New\n", "questions/tiny.yaml": "id: [\n"}
    looked = outlook.look_into("p.zip", zipped(half))
    assert looked.library is None
    assert [str(problem) for problem in looked.problems] == [
        "questions/tiny.yaml:2: is not YAML: did not find expected node content [yaml]"
    ]
    assert (hashes(), QuestionVersion.objects.count()) == before


@pytest.mark.django_db
def test_looking_into_a_package_tells_what_bringing_it_in_does() -> None:
    bank.bring(packing.unpack("p.zip", zipped(PACKAGE), NOTHING), now=NOW)
    coming = zipped(
        {
            **PACKAGE,
            "frameworks/steps.yaml": STEPS.replace("One step", "A step"),
            "questions/more.yaml": ALONE.replace("id: tiny", "id: more"),
        }
    )
    looked = outlook.look_into("p.zip", coming)
    assert (looked.added, looked.changed) == ([], [("frameworks/steps", [])])
    assert looked.unchanged == ["concepts/ab", "questions/tiny"]
    assert [name for name, _, _ in looked.drafts] == ["questions/more"]
    said = str(looked.bring(now=LATER, author=""))
    assert said == "0 added, 1 changed, 2 unchanged, 1 as a draft"
    assert outlook.look_into("p.zip", coming).mark != looked.mark


@pytest.mark.django_db
def test_what_was_looked_into_is_not_checked_again_when_it_comes_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []
    staged = RULES["staged"]

    def noted(case: Case) -> Found:
        asked.append(case.question.id)
        return staged(case)

    monkeypatch.setitem(cast("dict[str, Rule]", RULES), "staged", noted)
    package = zipped({"questions/tiny.yaml": f"# asked once\n{ALONE}"})
    assert outlook.look_into("p.zip", package).drafts
    outlook.look_into("p.zip", package).bring(now=NOW, author="")
    assert asked == ["tiny"]
    outlook.look_into("p.zip", zipped({"questions/tiny.yaml": f"# once more\n{ALONE}"}))
    assert asked == ["tiny", "tiny"]


@pytest.mark.django_db
def test_a_page_checks_so_many_new_questions_and_no_more() -> None:
    many = {
        f"questions/q-{n}.yaml": ALONE.replace("id: tiny", f"id: q-{n}")
        for n in range(outlook.MOST_CHECKED + 1)
    }
    [problem] = outlook.look_into("p.zip", zipped(many)).problems
    assert problem.rule == "too-many"
    assert "holds 11 new or changed questions" in problem.message
    bank.bring(packing.unpack("q.yaml", many["questions/q-0.yaml"].encode(), NOTHING), now=NOW)
    looked = outlook.look_into("p.zip", zipped(many))
    assert len(looked.drafts) == outlook.MOST_CHECKED
    library = packing.unpack("p.zip", zipped({**many, "questions/tiny.yaml": ALONE}), NOTHING)
    assert len(outlook.look_at(library).drafts) == outlook.MOST_CHECKED + 1


@pytest.mark.django_db
def test_a_finished_question_is_published_and_an_unfinished_one_comes_in_as_a_draft() -> None:
    looked = outlook.look_into("p.zip", zipped({**FINISHED, **PACKAGE}))
    assert looked.problems == ()
    assert "questions/dinner-ideas" in looked.added
    [(name, verdict, _)] = looked.drafts
    assert name == "questions/tiny"
    assert {each.rule for each in verdict.problems} >= {"complete", "few-wordings"}
    looked.bring(now=NOW, author="")
    assert [each.slug for each in Question.objects.published()] == ["dinner-ideas"]
    assert Question.objects.get(slug="tiny").state == Question.State.DRAFT
    draft = Draft.objects.get()
    assert (draft.question.slug, draft.text, draft.base) == ("tiny", TINY, None)


@pytest.mark.django_db
def test_a_package_that_came_in_in_part_as_drafts_has_nothing_new_the_second_time() -> None:
    for said in (
        "5 added, 0 changed, 0 unchanged, 1 as a draft",
        "0 added, 0 changed, 6 unchanged",
    ):
        looked = outlook.look_into("p.zip", zipped({**FINISHED, **PACKAGE}))
        assert str(looked.bring(now=NOW, author="")) == said


@pytest.mark.django_db
def test_what_breaks_a_rule_leaves_the_published_version_where_it_is() -> None:
    bank.bring(packing.unpack("p.zip", zipped(PACKAGE), NOTHING), now=NOW)
    published = Question.objects.get().published
    other = TINY.replace("title: Tiny", "title: Other")
    looked = outlook.look_into("tiny.yaml", other.encode())
    [(_, _, differences)] = looked.drafts
    assert [(each.where, each.kind) for each in differences] == [("title", "changed")]
    looked.bring(now=LATER, author="")
    assert Question.objects.get().published == published
    assert Question.objects.get().title == "Tiny"
    assert (Draft.objects.get().base, Draft.objects.get().text) == (published, other)


@pytest.mark.django_db
def test_a_changed_question_tells_what_changes_in_it() -> None:
    bank.bring(packing.unpack("p.zip", zipped(FINISHED), NOTHING), now=NOW)
    other = json.dumps({**WHOLE, "title": "Suggest a supper to cook", "minutes": 50})
    looked = outlook.look_into("p.yaml", other.encode())
    [(name, differences)] = looked.changed
    assert name == "questions/dinner-ideas"
    assert [each.where for each in differences] == ["title", "minutes"]


@pytest.mark.django_db
def test_nothing_of_a_package_comes_in_over_a_draft_that_somebody_writes() -> None:
    looked = outlook.look_into("p.zip", zipped(PACKAGE))
    row = Question.objects.create(slug="tiny", title="Tiny", updated_at=NOW)
    Draft.objects.create(question=row, text="words", updated_at=NOW)
    refused = outlook.look_into("p.zip", zipped(PACKAGE))
    assert [(each.file, each.line, each.rule) for each in refused.problems] == [
        ("questions/tiny.yaml", 1, "draft")
    ]
    with pytest.raises(InvalidDocument, match="publish it or throw it away"):
        looked.bring(now=NOW, author="")
    assert Draft.objects.get().text == "words"
    assert not Concept.objects.exists()


@pytest.mark.django_db
def test_a_finished_question_comes_in_beside_the_draft_that_somebody_writes() -> None:
    row = Question.objects.create(slug="dinner-ideas", title="x", updated_at=NOW)
    Draft.objects.create(question=row, text="words", updated_at=NOW)
    looked = outlook.look_into("p.zip", zipped(FINISHED))
    assert looked.drafted == {"questions/dinner-ideas"}
    looked.bring(now=NOW, author="")
    assert Question.objects.published().get().slug == "dinner-ideas"
    assert Draft.objects.get().text == "words"


@pytest.mark.django_db
def test_what_goes_out_is_unchanged_when_it_is_looked_into() -> None:
    bank.bring(packing.unpack("p.zip", zipped({**FINISHED, **PACKAGE}), NOTHING), now=NOW)
    looked = outlook.look_into("p.zip", packing.pack(bank.documents()))
    assert (looked.added, looked.changed, looked.drafts) == ([], [], [])
    assert len(looked.unchanged) == 6


@pytest.mark.parametrize("name", ["new", "import", "export"])
def test_words_of_the_bank_are_no_ids(name: str) -> None:
    content = ALONE.replace("id: tiny", f"id: {name}").encode()
    [problem] = refused(content, name="x.yaml")
    assert (problem.line, problem.path, problem.rule) == (1, "id", "reserved")


def test_the_library_is_a_package() -> None:
    texts = {str(f.relative_to(LIBRARY)): f.read_text() for f in LIBRARY.glob("*/*.yaml")}
    assert len(packing.pack(texts)) < packing.MAX_PACKAGE / 2
