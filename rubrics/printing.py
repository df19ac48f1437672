"""What the command line prints: scorecards and measures of agreement, in words and as JSON."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from rubrics.agreement import Agreement, Report
from rubrics.calibration import Calibration, apply
from rubrics.interviewing.asking import Reply
from rubrics.interviewing.llm.talking import Spoken
from rubrics.interviewing.matching import Near
from rubrics.interviewing.pieces import Piece
from rubrics.reading.sections import Span
from rubrics.schema import Criterion, Question
from rubrics.scoring import Evidence, Flag, Judgement, NearMiss, Needs, Scorecard, needs


class Sheet:
    """A question made ready for many answers: titles, gates, all that is the same for each."""

    def __init__(self, question: Question, calibration: Calibration | None) -> None:
        """Raise ValueError when the calibration is of another rubric."""
        rubric = apply(calibration, question.rubric) if calibration else question.rubric
        self.question = question
        self.criteria: Mapping[str, Criterion] = {c.id: c for c in rubric.criteria}
        self.titles: Mapping[str, Mapping[str, str]] = {
            c.id: {indicator.id: indicator.title for indicator in c.indicators}
            for c in rubric.criteria
        }

    def needs(self, judgement: Judgement) -> Needs:
        """What the next level needs, by the gates that were used."""
        return needs(self.criteria[judgement.criterion], judgement)


class Scored(NamedTuple):
    """One file's result; ``spans``: stage id → where its text stands; ``seconds`` on the clock."""

    file: str
    card: Scorecard
    spans: Mapping[str, Sequence[Span]]
    seconds: float


# --- A scorecard as JSON ---


def card_as_json(scored: Scored, sheet: Sheet, outlines: Mapping[str, str]) -> dict[str, object]:
    """Give the object that docs/command-line.md describes; ``outlines``: stage id → text."""
    # By hand: pydantic's own way takes longer than scoring needs for some answers.
    card = scored.card
    return {
        "file": scored.file,
        "question": sheet.question.id,
        "rubric_hash": card.rubric_hash,
        "calibration": card.calibration,
        "judge": card.judge,
        "score": card.score,
        "band": card.band if card.bands else None,
        "bands": card.bands,
        "competencies": card.competencies,
        "criteria": [_judgement_as_json(judgement, sheet) for judgement in card.judgements],
        "flags": _flags_as_json(card.flags),
        "stages": scored.spans,
        "drawings": outlines,
        "seconds": round(scored.seconds, 6),
    }


def _judgement_as_json(judgement: Judgement, sheet: Sheet) -> dict[str, object]:
    criterion = sheet.criteria[judgement.criterion]
    needed = sheet.needs(judgement)
    quotes = {_place(quote): quote for found in judgement.met for quote in found.evidence}
    order = {place: number for number, place in enumerate(quotes)}
    return {
        "id": criterion.id,
        "title": criterion.title,
        "competency": criterion.competency,
        "level": judgement.level,
        "not_judged": judgement.not_judged,
        "points": judgement.points,
        "evidence": [_quote_as_json(quote) for quote in quotes.values()],
        "met": [
            {
                "id": found.indicator,
                "depth": found.depth,
                "prompted": found.prompted,
                "evidence": [order[_place(quote)] for quote in found.evidence],
            }
            for found in judgement.met
        ],
        "missing": judgement.missing,
        "near": [
            {"id": n.indicator, "wording": n.wording, "evidence": _quote_as_json(n.evidence)}
            for n in judgement.near
        ],
        "withheld": [
            {"id": w.indicator, "stance": w.stance, "evidence": _quote_as_json(w.evidence)}
            for w in judgement.withheld
        ],
        "next": needed.level and needed.model_dump(),
        "flags": _flags_as_json(judgement.flags),
        "titles": sheet.titles[criterion.id],
    }


def _place(quote: Evidence) -> tuple[str, int, int]:
    return quote.stage, quote.start, quote.end


def _quote_as_json(quote: Evidence) -> dict[str, object]:
    return {"stage": quote.stage, "start": quote.start, "end": quote.end, "quote": quote.quote}


def _flags_as_json(flags: Iterable[Flag]) -> list[dict[str, object]]:
    return [
        {"kind": f.kind, "title": f.title, "evidence": [_quote_as_json(q) for q in f.evidence]}
        for f in flags
    ]


# --- A scorecard in words ---


def card_in_words(scored: Scored, sheet: Sheet) -> str:
    """Give lines for a person, several for each criterion, and an empty one."""
    card = scored.card
    score = "not judged" if card.score is None else f"{card.score:g} of 100"
    lines = [f"{scored.file}: {score} for {sheet.question.title}"]
    if card.bands:
        bars = "; ".join(f"{target}: {_BARS[band]}" for target, band in card.bands.items())
        lines.append(f"  {bars}")
    if card.calibration:
        lines.append(f"  gates moved by the calibration {card.calibration[:12]}")
    for judgement in card.judgements:
        lines += _judgement_lines(judgement, sheet)
    lines += [line for flag in card.flags for line in _flag_lines(flag, "  ")]
    return "\n".join([*lines, ""])


_BARS = {"below": "below the bar", "meets": "meets the bar", "above": "above the bar"}
_INSIDE = " " * 10


def _judgement_lines(judgement: Judgement, sheet: Sheet) -> Iterator[str]:
    criterion = sheet.criteria[judgement.criterion]
    titles = sheet.titles[criterion.id]
    level = f"{judgement.level} of 4" if judgement.level else "–     "
    about = f"{criterion.competency}; {_points(judgement.points)}"
    yield f"  {level}  {criterion.title} ({judgement.not_judged or about})"
    for found in judgement.met:
        asked = " (after being asked)" if found.prompted else ""
        yield f"{_INSIDE}{found.depth:10} {titles[found.indicator]}{asked}"
        for quote in found.evidence:
            yield f"{_INSIDE}           “{_short(quote.quote)}”"
    near = {n.indicator: n for n in judgement.near}
    withheld = {w.indicator: w for w in judgement.withheld}
    for missing in judgement.missing:
        yield f"{_INSIDE}missing    {titles[missing]}"
        if missing in withheld:
            said = _short(withheld[missing].evidence.quote)
            how = withheld[missing].read_as
            yield f"{_INSIDE}           named, but read as {how}: “{said}”"
        elif missing in near:
            yield f"{_INSIDE}           {_close(near[missing])}"
    for flag in judgement.flags:
        yield from _flag_lines(flag, _INSIDE)
    wanted = _wanted(sheet.needs(judgement), titles)
    if wanted:
        yield f"{_INSIDE}next       {wanted}"


def _close(near: NearMiss) -> str:
    said = _short(near.evidence.quote)
    return f"close, but does not count: “{said}”; did you mean “{near.wording}”?"


_FLAGGED = {
    "red-flag": "red flag",
    "wrong-sum": "wrong sum",
    "hint": "hint",
    "set-aside": "set aside",
    "hidden": "hidden",
    "off-subject": "off topic",
    "denied": "denied",
    "copied": "copied",
    "filled": "filled up",
    "injection": "to grader",
}


def _flag_lines(flag: Flag, indent: str) -> Iterator[str]:
    yield f"{indent}{_FLAGGED[flag.kind]:10} {flag.title}"
    for quote in flag.evidence:
        yield f"{indent}           “{_short(quote.quote)}”"


def _wanted(needed: Needs, titles: Mapping[str, str]) -> str:
    """What the next level needs, in words; "" at the top or when it was not judged."""
    if needed.level is None:
        return ""
    parts = [
        _points(needed.points, "more ") if needed.points else "",
        f"{needed.specified} more said in detail" if needed.specified else "",
        f"{needed.justified} more with a reason" if needed.justified else "",
        *(f"in detail: {titles[name]}" for name in needed.must),
    ]
    said = ", ".join(part for part in parts if part)
    return f"level {needed.level} needs {said or 'nothing more than the flag above gone'}"


def _points(points: float, more: str = "") -> str:
    return f"{points:g} {more}point{'s' * (points != 1)}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 90 else f"{line[:87]}..."


# --- Agreement ---


def report_as_json(report: Report) -> dict[str, object]:
    """Give the object that docs/command-line.md describes."""

    def measured(found: Agreement) -> dict[str, object]:
        return {name: getattr(found, name) for name in Agreement.__slots__}

    return {
        "criteria": {name: measured(found) for name, found in report.criteria.items()},
        "overall": measured(report.overall),
        "raters": {
            name: {"severity": found.difference, "n": found.n}
            for name, found in report.raters.items()
        },
    }


def report_in_words(report: Report) -> str:
    """Give a table per criterion, one per rater, and what their columns mean."""
    rows: list[tuple[str, ...]] = [
        ("criterion", "n", "raters", "QWK", "alpha", "95% interval", "exact", "within 1")
    ]
    rows += [_row(name, found) for name, found in report.criteria.items()]
    rows.append(_row("all criteria", report.overall))
    raters = [("rater", "n", "severity")]
    raters += [
        (name, str(found.n), _number(found.difference, "+.2f"))
        for name, found in sorted(report.raters.items())
    ]
    return f"{_table(rows)}\n{_table(raters)}\n{_LEGEND}"


_LEGEND = """\
n: judged by two raters or more. QWK: mean over pairs of raters. alpha: Krippendorff's,
ordinal. severity: levels above (+) or below (-) the others on the same answers.
–: cannot be computed: too few levels, or no two that differ."""


def _row(name: str, found: Agreement) -> tuple[str, ...]:
    interval = " to ".join(f"{end:.3f}" for end in found.interval) if found.interval else "–"
    return (
        name,
        str(found.items),
        str(found.raters),
        _number(found.kappa, ".3f"),
        _number(found.alpha, ".3f"),
        interval,
        _number(found.exact, ".0%"),
        _number(found.within_one, ".0%"),
    )


def _number(value: float | None, form: str) -> str:
    return "–" if value is None else format(value, form)


def _table(rows: Sequence[Sequence[str]]) -> str:
    """Rows under each other: the first column to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for first, *others in rows:
        cells = [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
        lines.append("  ".join([first.ljust(widths[0]), *cells]))
    return "".join(f"{line}\n" for line in lines)


# --- Why the interviewer answered so ---

# So many facts are shown for a piece of a message.
_NEAREST = 4


def reply_in_words(reply: Reply, pieces: Sequence[tuple[Piece, Sequence[Near]]]) -> Iterator[str]:
    """How each piece of a message was read, and how near the nearest facts come to it."""
    kinds = {part.to: part.kind for part in reply.parts}
    for piece, near in pieces:
        yield f"{piece.text!r}: {kinds.get(piece.text, piece.manner.value)}"
        for each in near[:_NEAREST]:
            yield f"    {each.closeness:5.2f}  {each.fact.id}  ({', '.join(each.shared)})"


def spoken_in_words(spoken: Spoken) -> str:
    """What a thing that was said is bound to, whose words it has, and why not the model's."""
    why = f"; the model's were not taken: {spoken.fault}" if spoken.fault else ""
    words = "the model's words" if spoken.by == "model" else "the sheet's words"
    return f"{spoken.to!r}: {spoken.fact or spoken.kind}, in {words}{why}"
