"""Rows to a frozen Report: everything that the report page prints, decided here."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import rubrics
from interviews import boards, interviewer, resolution, transcripts
from interviews.models import (
    Exchange,
    ExchangeKind,
    Interview,
    LateText,
    Part,
    Scorecard,
    SecondOpinion,
    StageAnswer,
)
from interviews.reports import advice, marks
from interviews.reports.advice import Step
from interviews.reports.marks import Kind, Marks, Piece
from rubrics.models import Concept, QuestionVersion, documents_of

BANDS: Mapping[str | None, str] = {
    None: "No bar is set",
    "below": "Below the bar",
    "meets": "Meets the bar",
    "above": "Above the bar",
}
DEEPEN: Mapping[rubrics.Depth, str] = {
    rubrics.Depth.MENTIONED: "Named only. Say how, where or how much.",
    rubrics.Depth.SPECIFIED: "Add why, or what it costs.",
}
STEPS: Mapping[rubrics.Depth, str] = {
    rubrics.Depth.MENTIONED: "named",
    rubrics.Depth.SPECIFIED: "specified",
    rubrics.Depth.JUSTIFIED: "justified",
}
CALIBRATION: Mapping[bool, str] = {
    False: "Levels follow the rubric as written; they are not calibrated against people's scores.",
    True: "Levels are calibrated against the scores that people gave to this question.",
}
NAMED_ONLY = "So whatever it shows counts as named only."
# What a note on the whole answer means for its levels.
MEANING: Mapping[str, str] = {
    "off-subject": NAMED_ONLY,
    "denied": NAMED_ONLY,
    "copied": NAMED_ONLY,
    "filled": NAMED_ONLY,
    "hidden": "What nobody can see earns nothing.",
    "injection": "What is said there to a judge earns nothing.",
}
STUDY = 3  # cards beside a criterion; more is a reading list that nobody reads
LEGEND: Mapping[Kind, str] = {
    Kind.EVIDENCE: "quoted beside a criterion: it earned something",
    Kind.FLAG: "a red flag or a wrong sum",
    Kind.NEAR: "close to something that was looked for; it earned nothing",
    Kind.ASIDE: "set aside: it is kept and earns nothing",
}


@dataclass(frozen=True, slots=True)
class Quote:
    """A quote and the anchor of its place; without an anchor it does not stand in the answer."""

    anchor: str
    stage: str
    text: str


@dataclass(frozen=True, slots=True)
class Aside:
    """Why something was set aside, and what; ``id`` names the reason for the places themselves."""

    id: str
    why: str
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class OutlineReport:
    """The whiteboard of a stage in words, and whether it was drawn too."""

    id: str
    pieces: tuple[Piece, ...]
    asides: tuple[Aside, ...]
    is_drawn: bool


@dataclass(frozen=True, slots=True)
class FollowUpReport:
    """A follow-up question, and its answer as it was scored; no pieces where it was skipped."""

    id: str
    asked: str
    pieces: tuple[Piece, ...]
    asides: tuple[Aside, ...]


@dataclass(frozen=True, slots=True)
class TalkReport:
    """What came of the interviewer.

    ``volunteered``, ``prompted`` and ``missing`` count indicators: shown unasked, only after a
    question, and not at all. ``hints`` are the criteria (titles) with what was hinted at;
    ``unasked`` the facts that nobody asked for.
    """

    asked: tuple[interviewer.Turn, ...]
    unasked: tuple[str, ...]
    follow_ups: int
    volunteered: int
    prompted: int
    missing: int
    hints: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Change:
    """The requirement that changed late, and how the answer took it."""

    text: str
    criterion: "CriterionReport | None"


@dataclass(frozen=True, slots=True)
class StageReport:
    """One stage as it was written, with its time (seconds)."""

    id: str
    title: str
    planned: int
    spent: int
    words: int
    pieces: tuple[Piece, ...]
    asides: tuple[Aside, ...]
    outline: OutlineReport | None
    follow_ups: tuple[FollowUpReport, ...]

    @property
    def over(self) -> bool:
        """Whether it took more than its share."""
        return self.spent > self.planned


@dataclass(frozen=True, slots=True)
class Met:
    """An indicator that was met: its depth as steps (name, whether reached), what is deeper."""

    title: str
    depth: str
    steps: tuple[tuple[str, bool], ...]
    deeper: str
    prompted: bool
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Near:
    """Words that came close to what is missing, and what may have been meant."""

    wording: str
    quote: Quote


@dataclass(frozen=True, slots=True)
class Withheld:
    """Words that name what is missing and do not claim it, and how they are read."""

    how: str
    quote: Quote


@dataclass(frozen=True, slots=True)
class Missing:
    """An indicator that was not found, with what came close to it."""

    title: str
    near: tuple[Near, ...]
    withheld: tuple[Withheld, ...] = ()


@dataclass(frozen=True, slots=True)
class Raised:
    """A red flag or a wrong sum, and the level that it holds its criterion at."""

    kind: str
    title: str
    cap: int | None
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class StudyCard:
    """A card of the handbook, by its address and title."""

    slug: str
    title: str


@dataclass(frozen=True, slots=True)
class ByModel:
    """What a model found on a criterion: a level, or why there is none, and what it quotes.

    ``is_other``: another level than that of the rules. ``is_far``: so much so that a person looks.
    """

    level: int | None
    not_judged: str
    met: tuple[Met, ...]
    is_other: bool
    is_far: bool


@dataclass(frozen=True, slots=True)
class SecondReport:
    """A model's part of a report: which one, and its score (0-100), or why there is none.

    ``state`` is judged, waiting or failed. ``person`` says why a person should look; while one is
    awaited, the lower score is shown (``is_lowered``: that is the model's; the rules gave
    ``by_rules``).
    """

    model: str
    state: str
    why: str = ""
    score: float | None = None
    by_rules: float | None = None
    person: tuple[str, ...] = ()
    is_awaited: bool = False
    is_lowered: bool = False


@dataclass(frozen=True, slots=True)
class CriterionReport:
    """One criterion: its level with the reasons, what the next level needs, and what to study.

    All of it is the rules'; ``second`` is what a model found.
    """

    id: str
    title: str
    competency: str
    level: int | None
    not_judged: str
    anchor_text: str
    next_level: int | None
    next_text: str
    next_steps: tuple[Step, ...]
    met: tuple[Met, ...]
    missing: tuple[Missing, ...]
    flags: tuple[Raised, ...]
    study: tuple[StudyCard, ...]
    expected: float | None
    second: ByModel | None

    @property
    def below(self) -> bool:
        """Whether the level is under what the target expects."""
        return self.level is not None and self.expected is not None and self.level < self.expected

    @property
    def is_open(self) -> bool:
        """Whether it asks to be read first."""
        return self.below or bool(self.flags)

    @property
    def seen(self) -> tuple[str, ...]:
        """What a reader should know before opening it, in a few words each."""
        counts = (
            (sum(flag.kind == "red-flag" for flag in self.flags), "red flag", "red flags"),
            (sum(flag.kind == "wrong-sum" for flag in self.flags), "wrong sum", "wrong sums"),
            (sum(len(each.near) for each in self.missing), "near miss", "near misses"),
        )
        said = [f"{n} {one if n == 1 else more}" for n, one, more in counts if n]
        if self.second and self.second.is_other:
            said.append(f"level {self.second.level} by the model")
        return tuple(said)


@dataclass(frozen=True, slots=True)
class CompetencyReport:
    """The mean level of a competency (1-4, or None) and what the target expects."""

    name: str
    level: float | None
    expected: float | None


@dataclass(frozen=True, slots=True)
class Note:
    """Something about the whole answer, and what it means for the levels."""

    title: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report.

    ``aside`` counts the places that were set aside by their reason; ``legend`` says what the marks
    mean that occur in the answer.
    """

    judge: str
    score: float
    is_scored: bool
    calibration: str
    band: str
    band_text: str
    bar: int | None
    target: str
    competencies: tuple[CompetencyReport, ...]
    criteria: tuple[CriterionReport, ...]
    stages: tuple[StageReport, ...]
    aside: tuple[tuple[str, int], ...]
    notes: tuple[Note, ...]
    legend: tuple[tuple[Kind, str], ...]
    model_answer: tuple[tuple[str, str], ...]
    scored_by: str
    words: int
    talk: TalkReport | None
    change: Change | None
    second: SecondReport | None


@dataclass(frozen=True, slots=True)
class Late:
    """What came after the end and was not scored: of which stage, which part of it, and when."""

    title: str
    part: str
    received_at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class _Answer:
    """The written texts and the titles of their stages: what a quote needs to find its place."""

    titles: Mapping[str, str]
    texts: Mapping[str, str]

    def quote(self, evidence: rubrics.Evidence) -> Quote:
        title = self.titles.get(evidence.stage, evidence.stage)
        return Quote(marks.anchor(evidence, self.texts), title, evidence.quote)

    def quotes(self, evidence: tuple[rubrics.Evidence, ...]) -> tuple[Quote, ...]:
        return tuple(map(self.quote, evidence))


def late(interview: Interview) -> tuple[Late, ...]:
    """Give what came after the end, in the order of the stages."""
    rows = LateText.objects.filter(answer__interview=interview).select_related("answer")
    titles = interview.stage_titles
    return tuple(
        Late(titles[row.answer.stage], Part(row.answer.part).words, row.received_at, row.text)
        for row in rows.order_by("answer__position", "received_at", "pk")
    )


def build(interview: Interview, *, now: datetime) -> Report | None:
    """Build the report of what the rules found latest, and a model beside them; None before."""
    row, beside = resolution.counted(interview.judged)
    if row is None:
        return None
    card, scored_by = row.value, _version(interview, row)
    question = scored_by.value
    target = rubrics.Target(interview.target)
    expected = question.rubric.targets.get(target, {})
    sheets = list(interview.sheets.all())
    exchanges = interviewer.exchanges_of(interview)
    answer = _Answer(transcripts.titles_of(interview), transcripts.texts_of(sheets))
    model = beside.value if beside else None
    is_awaited = model is not None and interview.awaits_look
    both = resolution.standing(
        question.rubric, [card, model] if model else [card], is_awaited=is_awaited
    )
    second = _second(interview, question.rubric, both, is_awaited=is_awaited)
    total = both.total if both and second and second.is_lowered else card
    marked = Marks.of(card, answer.texts, model)
    return Report(
        judge=card.judge,
        score=total.score or 0.0,
        is_scored=total.score is not None,
        calibration=CALIBRATION[card.calibration is not None],
        band=total.bands.get(target, "none"),
        band_text=f"{BANDS[total.bands.get(target)]} for {target}",
        bar=round(rubrics.expected_score(question.rubric, target)) if expected else None,
        target=str(target),
        competencies=tuple(
            CompetencyReport(str(name), total.competencies.get(name), expected.get(name))
            for name in rubrics.Competency
        ),
        criteria=tuple(_criteria(question, card, both, expected, answer)),
        stages=tuple(_stages(interview, sheets, exchanges, card, marked, answer, now)),
        aside=tuple(_aside(card)),
        notes=tuple(_notes(card, model)),
        legend=tuple((kind, LEGEND[kind]) for kind in marked.used),
        model_answer=tuple(_model_answer(interview.version.value)),
        scored_by=_scored_by(interview, row, scored_by),
        words=sum(len(text.split()) for text in answer.texts.values()),
        talk=_talk(interview, exchanges, question, card),
        change=_change(exchanges, question, card, answer),
        second=second,
    )


def _talk(
    interview: Interview,
    exchanges: Sequence[Exchange],
    question: rubrics.Question,
    card: rubrics.Scorecard,
) -> TalkReport | None:
    talk = interviewer.talk(interview, exchanges)
    if talk is None:
        return None
    titles = {criterion.id: criterion.title for criterion in question.rubric.criteria}
    met = [finding for judgement in card.judgements for finding in judgement.met]
    facts = [fact.fact for fact in interview.version.value.facts]
    return TalkReport(
        asked=talk.asked,
        unasked=tuple(fact for fact in facts if fact not in talk.facts),
        follow_ups=sum(each.kind == ExchangeKind.PROBE for each in exchanges),
        volunteered=sum(not finding.prompted for finding in met),
        prompted=sum(finding.prompted for finding in met),
        missing=sum(len(judgement.missing) for judgement in card.judgements),
        hints=tuple(
            (titles.get(each.about["criterion"], each.about["criterion"]), each.said)
            for each in exchanges
            if each.kind == ExchangeKind.HINT
        ),
    )


def _change(
    exchanges: Sequence[Exchange],
    question: rubrics.Question,
    card: rubrics.Scorecard,
    answer: _Answer,
) -> Change | None:
    told = next((each for each in exchanges if each.kind == ExchangeKind.CURVEBALL), None)
    if told is None:
        return None
    adapting = rubrics.adapting_to_change(question)
    if adapting is None or card.curveball is None:
        return Change(told.said, None)
    beside = card.model_copy(update={"judgements": (card.curveball,)})
    return Change(told.said, next(_criteria(adapting, beside, None, {}, answer)))


def _second(
    interview: Interview,
    rubric: rubrics.Rubric,
    both: resolution.Standing | None,
    *,
    is_awaited: bool,
) -> SecondReport | None:
    """Say what became of a model's part; None where none was asked."""
    if both is None or both.model is None or both.compared is None:
        opinion = interview.second_opinions.first()
        if opinion is None or opinion.state == SecondOpinion.State.JUDGED:
            return None
        return SecondReport(opinion.model, opinion.state, opinion.last_error)
    is_over = interview.is_scored_by_people and not is_awaited
    return SecondReport(
        model=both.model.judge.partition(":")[2],
        state=SecondOpinion.State.JUDGED,
        score=both.model.score,
        by_rules=both.rules.score,
        person=() if is_over else tuple(both.compared.reasons(rubric)),
        is_awaited=is_awaited,
        is_lowered=both.is_lowered,
    )


def _version(interview: Interview, row: Scorecard) -> QuestionVersion:
    """The version whose rubric gave a scorecard: the interview's own, unless it was rescored."""
    own = interview.version
    if row.rubric_hash == own.rubric_hash:
        return own
    of = QuestionVersion.objects.filter(question_id=own.question_id, rubric_hash=row.rubric_hash)
    return of.defer(*documents_of("")).order_by("-number").first() or own


def _scored_by(interview: Interview, row: Scorecard, version: QuestionVersion) -> str:
    """Say which version scored it, and what the interview's own version gave."""
    own = interview.version
    if version.pk == own.pk:
        return f"Scored by version {own.number} of this question."
    first = interview.scorecards.filter(judge=row.judge, rubric_hash=own.rubric_hash).first()
    gave = f", which gave {first.score:.0f}" if first and first.score is not None else ""
    return (
        f"Scored again by version {version.number} of this question, on "
        f"{row.created_at.day} {row.created_at:%B %Y}. You answered version {own.number}{gave}."
    )


def _criteria(
    question: rubrics.Question,
    card: rubrics.Scorecard,
    both: resolution.Standing | None,
    expected: Mapping[rubrics.Competency, float],
    answer: _Answer,
) -> Iterator[CriterionReport]:
    judgements = {judgement.criterion: judgement for judgement in card.judgements}
    study = _study(question, judgements)
    for criterion in question.rubric.criteria:
        judgement = judgements[criterion.id]
        level = judgement.level
        following = rubrics.needs(criterion, judgement).level
        names = {indicator.id: indicator.title for indicator in criterion.indicators}
        yield CriterionReport(
            id=criterion.id,
            title=criterion.title,
            competency=str(criterion.competency),
            level=level,
            not_judged=judgement.not_judged or "",
            anchor_text=criterion.levels[level] if level else "",
            next_level=following,
            next_text=criterion.levels[following] if following else "",
            next_steps=advice.steps(
                criterion, judgement, is_calibrated=card.calibration is not None
            ),
            met=tuple(_met(finding, names, answer) for finding in judgement.met),
            missing=tuple(_missing(judgement, names, answer)),
            flags=tuple(
                Raised(
                    flag.kind, flag.title, advice.cap(criterion, flag), answer.quotes(flag.evidence)
                )
                for flag in judgement.flags
            ),
            study=study[criterion.id],
            expected=expected.get(criterion.competency),
            second=_by_model(judgement, both, names, answer),
        )


def _by_model(
    judgement: rubrics.Judgement,
    both: resolution.Standing | None,
    names: Mapping[str, str],
    answer: _Answer,
) -> ByModel | None:
    """What a model found on the criterion of the rules' judgement."""
    if both is None or both.model is None or both.compared is None:
        return None
    of = {each.criterion: each for each in both.model.judgements}
    found = of.get(judgement.criterion)
    if found is None:
        return None
    return ByModel(
        level=found.level,
        not_judged=found.not_judged or "",
        met=tuple(_met(finding, names, answer) for finding in found.met),
        is_other=found.level is not None and found.level != judgement.level,
        is_far=any(gap.criterion == judgement.criterion for gap in both.compared.gaps),
    )


def _study(
    question: rubrics.Question, judgements: Mapping[str, rubrics.Judgement]
) -> Mapping[str, tuple[StudyCard, ...]]:
    """Give the cards on what each criterion lacks: what was missed, then what was only named."""
    lacking = {
        criterion.id: _lacking(criterion, judgements[criterion.id])
        for criterion in question.rubric.criteria
    }
    rows = Concept.objects.with_card().filter(
        slug__in={c for each in lacking.values() for c in each}
    )
    titles = dict(rows.values_list("slug", "title"))
    return {
        criterion: tuple(StudyCard(slug, titles[slug]) for slug in slugs if slug in titles)[:STUDY]
        for criterion, slugs in lacking.items()
    }


def _lacking(criterion: rubrics.Criterion, judgement: rubrics.Judgement) -> list[str]:
    concepts = {indicator.id: indicator.concepts for indicator in criterion.indicators}
    shallow = [f.indicator for f in judgement.met if f.depth is rubrics.Depth.MENTIONED]
    return list(dict.fromkeys(c for name in (*judgement.missing, *shallow) for c in concepts[name]))


def _met(finding: rubrics.Finding, names: Mapping[str, str], answer: _Answer) -> Met:
    order = list(STEPS)
    return Met(
        title=names[finding.indicator],
        depth=STEPS[finding.depth],
        steps=tuple((STEPS[d], order.index(d) <= order.index(finding.depth)) for d in order),
        deeper=DEEPEN.get(finding.depth, ""),
        prompted=finding.prompted,
        quotes=answer.quotes(finding.evidence),
    )


def _missing(
    judgement: rubrics.Judgement, names: Mapping[str, str], answer: _Answer
) -> Iterator[Missing]:
    for name in judgement.missing:
        near = [miss for miss in judgement.near if miss.indicator == name]
        yield Missing(
            names[name],
            tuple(Near(miss.wording, answer.quote(miss.evidence)) for miss in near),
            tuple(
                Withheld(each.read_as, answer.quote(each.evidence))
                for each in judgement.withheld
                if each.indicator == name
            ),
        )


def _stages(
    interview: Interview,
    sheets: Sequence[StageAnswer],
    exchanges: Sequence[Exchange],
    card: rubrics.Scorecard,
    marked: Marks,
    answer: _Answer,
    now: datetime,
) -> Iterator[StageReport]:
    times = interview.times(now)
    outlines = boards.outlined(sheets)
    for each in (sheet for sheet in sheets if sheet.part == Part.TEXT):
        stage = each.stage
        yield StageReport(
            id=stage,
            title=answer.titles[stage],
            planned=times.planned[stage],
            spent=times.spent[stage],
            words=each.words,
            pieces=marked.pieces(stage),
            asides=tuple(_set_aside(stage, card, answer)),
            outline=_outline(stage, outlines, marked, card, answer),
            follow_ups=tuple(
                FollowUpReport(
                    id=said.text,
                    asked=said.asked,
                    pieces=marked.pieces(said.text) if said.answer else (),
                    asides=tuple(_set_aside(said.text, card, answer)),
                )
                for said in interviewer.follow_ups(exchanges, stage)
            ),
        )


def _outline(
    stage: str,
    outlines: Mapping[str, boards.Outlined],
    marked: Marks,
    card: rubrics.Scorecard,
    answer: _Answer,
) -> OutlineReport | None:
    """What the whiteboard of a stage said; one that repeats an earlier stage's has no marks."""
    if stage not in outlines:
        return None
    outline, key = outlines[stage], rubrics.outline_stage(stage)
    pieces = marked.pieces(key) if key in answer.texts else (Piece(outline.words),)
    asides = tuple(_set_aside(key, card, answer))
    return OutlineReport(key, pieces if outline.words else (), asides, outline.is_drawn)


def _set_aside(stage: str, card: rubrics.Scorecard, answer: _Answer) -> Iterator[Aside]:
    """What of a stage was set aside and stands there, by reason."""
    quotes: dict[str, list[Quote]] = {}
    for flag in marks.asides(card):
        there = [answer.quote(e) for e in flag.evidence if e.stage == stage]
        quotes.setdefault(flag.title, []).extend(quote for quote in there if quote.anchor)
    for title, found in quotes.items():
        if found:
            yield Aside(marks.note(stage, marks.reason(title)), title, tuple(found))


def _aside(card: rubrics.Scorecard) -> Iterator[tuple[str, int]]:
    """Reasons with how often each set something aside; 0 where the reason itself says how often."""
    places = Counter(flag.title for flag in marks.asides(card) for _ in flag.evidence)
    yield from ((marks.reason(title), count) for title, count in places.items())
    yield from ((flag.title, 0) for flag in marks.asides(card) if not flag.evidence)


def _notes(card: rubrics.Scorecard, model: rubrics.Scorecard | None) -> Iterator[Note]:
    of_model = [flag for flag in model.flags if flag.kind == "injection"] if model else []
    for flag in (*card.flags, *of_model):
        if flag.kind != "set-aside":
            yield Note(flag.title, MEANING.get(flag.kind, ""))


def _model_answer(question: rubrics.Question) -> Iterator[tuple[str, str]]:
    """Give the model answer's stages: title-like id and Markdown."""
    for stage, text in question.model_answer.stages.items() if question.model_answer else ():
        yield stage.replace("-", " ").capitalize(), text
