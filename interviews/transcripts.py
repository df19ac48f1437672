"""All that a candidate said, as judges read it and as quotes name it."""

from collections.abc import Iterable

import rubrics
from interviews import boards
from interviews.models import PROBES, ExchangeKind, Interview, StageAnswer


def probe_text(stage: str, part: str) -> str:
    """Name the text that answers a follow-up question at the end of a stage."""
    return f"{stage}-{part}"


def texts_of(sheets: Iterable[StageAnswer]) -> dict[str, str]:
    """Give all that is judged and can be quoted: what ``boards`` names, and answers to probes."""
    sheets = list(sheets)
    answers = {
        probe_text(sheet.stage, sheet.part): sheet.text
        for sheet in sheets
        if sheet.part in PROBES and sheet.text
    }
    return boards.judged(sheets) | answers


def titles_of(interview: Interview) -> dict[str, str]:
    """Give how people call each text that can be quoted."""
    titles = interview.stage_titles
    outlines = {rubrics.outline_stage(stage): f"{titles[stage]}, outline" for stage in titles}
    answers = {
        probe_text(stage, part): f"{titles[stage]}, {part.words}"
        for stage in titles
        for part in PROBES
    }
    return titles | outlines | answers


def of(interview: Interview) -> rubrics.Transcript:
    """Read an interview as it stands. Two queries."""
    sheets, exchanges = list(interview.sheets.all()), list(interview.exchanges.all())
    texts = texts_of(sheets)
    prompted = {probe_text(s.stage, s.part) for s in sheets if s.part in PROBES}
    changed = [each.stage for each in exchanges if each.kind == ExchangeKind.CURVEBALL]
    return rubrics.Transcript(
        texts=texts,
        prompted=frozenset(prompted & texts.keys()),
        asked=frozenset(
            name
            for each in exchanges
            if each.kind == ExchangeKind.PROBE
            for name in each.about["open"]
        ),
        hinted=frozenset(
            each.about["criterion"] for each in exchanges if each.kind == ExchangeKind.HINT
        ),
        changed=frozenset(_of_stages(changed, sheets) & texts.keys()),
    )


def _of_stages(stages: Iterable[str], sheets: Iterable[StageAnswer]) -> frozenset[str]:
    """The names of all texts that belong to stages."""
    named = set(stages)
    probes = {
        probe_text(each.stage, each.part)
        for each in sheets
        if each.stage in named and each.part in PROBES
    }
    return frozenset(named | set(map(rubrics.outline_stage, named)) | probes)
