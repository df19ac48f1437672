"""Only sums that are far off are called wrong, and the right figure is shown."""

from itertools import groupby

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rubrics.reading.quantities import read
from rubrics.reading.sums import WrongSum, wrong_sums
from rubrics.reading.units import normalise, split
from tests.rubrics.documents import library


def flagged(*texts: str) -> list[WrongSum]:
    wrong = wrong_sums([(text, read(text)) for text in texts])
    assert all(texts[w.at][w.start : w.end] == w.stated for w in wrong)
    return wrong


@pytest.mark.parametrize(
    "text",
    [
        "300M × 20 / 86,400 = 70k",
        "300M x 20 / 86,400 = 69,444 per second.",
        "300M * 20 / 86400 ~ 70k QPS",
        "300M users × 20 page loads = 6B requests a day, that's ~70k/s, say 150k/s at peak.",
        "(300M × 20) / 86,400 ≈ 70k QPS",
        "300M·20/10^5 = 60k per second",
        "300M x 20 / 100k seconds in a day is about 60k QPS",
        "300M times 20 divided by seconds in a day gives roughly 70k per second",
        "300M users × 20 loads a day → 70k QPS",
        "300M users × 20 loads → 200k QPS at peak",
        "QPS = 300M × 20 / 86,400 = 70k on average, × 3 = 210k at peak",
        "70k QPS = 300M × 20 / 86,400",
        "6 billion requests a day is about 70k requests per second.",
        "6 billion requests a day, so roughly 70,000 a second.",
        "6 billion requests a day (about 70k per second).",
        "6B requests/day = 250M per hour = 70k/s",
        "6B a day is 700k requests per second at peak.",
        "1M uploads a day, about 12 per second",
        "1M uploads/day ≈ 11.6/s",
        "12B impressions a day × 200 bytes = 2.4 TB a day",
        "12B impressions a day at 200 bytes each is 2.4 TB a day.",
        "12B impressions a day at 200 bytes each is 880 TB a year.",
        "714M rows a day, 1 KB each, that is 0.7 TB a day, 21 TB for the last 30 days.",
        "10 TB/day × 30 days = 300 TB",
        "10 TB a day × 365 = 3.6 PB a year",
        "300M x 128 x 4B = ~150GB",
        "300M × 128 × 4 bytes = 154 GB; int8 makes 38 GB",
        "2M × 64 floats is half a GB",
        "500M × 32 × 2 bytes = 32 GB",
        "20M ads × 32 dims × 2 bytes = 1.3 GB; 100M cross buckets × 16 × 2 = 3.2 GB",
        "140,000 × 7.7 ms = 1,080 busy cores",
        "60k/s x 300 candidates is 18M scores per second",
        "58,000 × 500 = 29M scores per second × 10 MFLOP = 290 TFLOP/s",
        "10 ms features + 30 retrieval + 10 light + 60 ranker + 30 rest = 140 ms",
        "5 + 12 + 3 + 3 = 23 ms",
        "594M + 120M = 714M rows a day",
        "200 ms - 50 ms = 150 ms",
        "0.168 / (0.168 + 0.832 / 0.05) = 0.010",
        "n = 16 × 0.01 × 0.99 / 0.00005^2 = 63M impressions per arm",
        "16 × 90² ÷ 0.18² ≈ 4M users per arm",
        "16 × 902 ÷ 0.182 ≈ 4M users per arm",
        "5% of 12 billion is 600M",
        "1% × 12B = 120M clicks",
        "5 TB / 100 MB/s = 14 hours",
        "10M rows / 5k per second = 33 minutes",
        "2 TB / 64 GB = 32 machines",
        "100 GPUs × $3 × 24 = $7,200 a day",
        "86,400 ~ 100k",
        "300 million people, twenty pages each, which makes six billion a day.",
        "300M DAU and 20 requests per user per day, so about 70k QPS.",
        "With 300M DAU and 20 requests per user per day we get 150k QPS at peak.",
        "300M users × 5-10 loads / 86,400 = 17-35k QPS",
        # Many numbers, but no sum that could be wrong.
        "We go from 5,000 → 300 → 20.",
        "5 sources × 1,000 → 300 candidates",
        "1 KB rows, 30 days, 5 servers.",
        "The limit is 10 requests per second or 1,000 per day.",
        "6B requests a day; each machine handles 500 requests per second.",
        "6B requests a day, about 500 QPS per machine.",
        "6B requests a day of which 1% is sampled, about 700 requests per second.",
        "We serve 12B impressions a day and about 5 clicks per second for this ad.",
        "500M monthly users and 20 requests per user, about 5 QPS on weekdays per shard.",
        "Latency fell from 300 ms to 20 ms, that is 15x faster.",
        "p / (p + (1 - p) / 0.05) = 17%",
        "score = 0.5 × like + 0.3 × share = 3",
        "N × 20 = 6B",
        "log2(1024) × 2 = 20",
        "1M views × $5 CPM = $5,000",
        "100 shards × 5 ms in parallel = 5 ms",
        "3 x 3 convolutions, 1920x1080, 512-256-128.",
        "Two times 5 GB is 2 copies too many.",
        "30 ms is 10 times less than 300 ms.",
        "1M users is 5% of all.",
        "12 billion impressions a day at a base CTR of about 1% are 120M clicks",
        "At 1 µs per video a request would take 300 s.",
        "Keep all clicks + 5% non-clicks ≈ 0.7B rows/day",
        "12 GB × compression = 1 GB, 12B × 1 KB = 1 TB compressed",
        "6 billion request one day / 86400 = 70 thousand every second",
        "300M × d × 4 bytes = 150 GB",
        "recall@800 = 0.9",
        "5 reports per 1,000 views × 1M views = 5,000",
        # Divided by something that the sum does not name.
        "2% of 40 billion slots are 800 views for each new video.",
        "2% of 40 billion slots is 800 per upload.",
        "300M × 20 = 20 requests per user",
        # A sign, not an addition.
        "300M videos, +1M a day (≈ 12/s)",
        "200M users +5M a month → 70k requests per second",
        # Unlike things are not added up.
        "300M videos + 1M uploads a day = 12 per second",
        "Typical: 50M x 168 hours x 2 bytes = 17\n  GB, split by continent.",
        "Stored from both sides: 320B x 8 B = 2.6 TB.",
    ],
)
def test_a_right_sum_or_none_is_not_flagged(text: str) -> None:
    assert flagged(text) == []


@pytest.mark.parametrize(
    "texts",
    [
        (
            "300M users times 20 page loads is 6B requests per day.",
            "Divided by 86400 that's 70k QPS.",
        ),
        ("200M people a day, ten feed loads each.", "That is 2B requests per day, call it 23k/s."),
        ("714M rows a day.", "At 1 KB each that is 0.7 TB a day."),
        ("6B requests a day.", "QPS: 70k"),
        ("We keep 3%.", "All clicks + 5% non-clicks ≈ 0.7B rows/day"),
        ("6B requests a day.", "The cache does 500 requests per second."),
        ("6B requests a day.", "We log 1M events.", "That is 12 per second."),
    ],
)  # fmt: skip
def test_a_right_sum_over_two_sentences_is_not_flagged(texts: tuple[str, ...]) -> None:
    assert flagged(*texts) == []


def _library() -> list[list[str]]:
    """The texts of every block of every model answer and sample of the library."""
    blocks: list[list[str]] = []
    for question in library().questions.values():
        answers = [*question.samples, *filter(None, [question.model_answer])]
        for answer in answers:
            for stage, text in answer.stages.items():
                units = split(stage, normalise(text))
                blocks += [[u.text for u in g] for _, g in groupby(units, key=lambda u: u.block)]
    return blocks


def test_no_sum_of_the_library_is_flagged() -> None:
    blocks = _library()
    assert len(blocks) > 50
    assert [wrong for block in blocks for wrong in flagged(*block)] == []


def test_the_sums_of_the_library_are_seen_when_they_are_spoilt() -> None:
    texts = [text for block in _library() for text in block]
    spoilt = [text.replace("86,400", "86") for text in texts]
    seen = {wrong.stated for text in spoilt for wrong in flagged(text)}
    assert {"69,400 per second", "23,000 per second"} <= seen


@pytest.mark.parametrize(
    ("text", "stated", "right"),
    [
        ("300M × 20 / 86,400 = 700 per second", "700 per second", "69,000 per second"),
        ("300M x 20 / 86,400 = 700", "700", "69,000"),
        ("300M * 20 / 86400 ~ 7M QPS", "7M QPS", "69,000 per second"),
        ("(300M × 20) / 86,400 ≈ 70 QPS", "70 QPS", "69,000 per second"),
        ("300M·20/10^5 = 60M per second", "60M per second", "60,000 per second"),
        ("300M × 20 = 600 million requests", "", ""),
        ("300M × 20 = 60 million requests", "60 million requests", "6 billion"),
        ("300M × 20 is 600 billion", "600 billion", "6 billion"),
        ("300M times 20 is about 6 million page loads", "6 million page loads", "6 billion"),
        ("300M x 20 / seconds in a day gives 70 per second", "70 per second", "69,000 per second"),
        ("300M x 20 / 100k seconds in a day comes to 600 QPS", "600 QPS", "60,000 per second"),
        ("700 QPS = 300M × 20 / 86,400", "700 QPS", "69,000 per second"),
        ("300M users × 20 loads → 70 QPS", "70 QPS", "69,000 per second"),
        ("300M users x 20 requests a day = 700 QPS", "700 QPS", "69,000 per second"),
        (
            "6 billion requests a day is about 70 requests per second.",
            "70 requests per second",
            "69,000 per second",
        ),
        ("6B requests/day, so about 700/s", "700/s", "69,000 per second"),
        ("6 billion requests a day (about 100 per second)", "100 per second", "69,000 per second"),
        ("1M uploads a day, i.e. about 10k per second", "10k per second", "12 per second"),
        ("70k requests per second is 6 million requests a day", "6 million requests a day",
         "6 billion per day"),
        ("2B requests per day → 200 requests per second", "200 requests per second",
         "23,000 per second"),
        ("12B impressions a day × 200 bytes = 2.4 GB a day", "2.4 GB a day", "2.4 TB per day"),
        ("12B impressions a day at 200 bytes each is 2.4 GB a day.", "2.4 GB a day",
         "2.4 TB per day"),
        ("12B impressions a day, 200 bytes each, that is 2.4 PB a day.", "2.4 PB a day",
         "2.4 TB per day"),
        ("12B events a day of 1 KB each makes 4 TB a year.", "4 TB a year", "4.4 PB per year"),
        ("10 TB a day × 365 = 36 TB a year", "36 TB a year", "3.6 PB per year"),
        ("500M × 32 × 2 bytes = 32 MB", "32 MB", "32 GB"),
        ("300M x 128 x 4B = ~150MB", "150MB", "150 GB"),
        ("300M × 128 floats × 4 bytes = 15 TB", "15 TB", "150 GB"),
        ("20M ads × 32 dims × 2 bytes = 1.3 TB", "1.3 TB", "1.3 GB"),
        ("140,000 × 7.7 ms = 11 busy cores", "11 busy cores", "1,100"),
        ("60k/s x 300 candidates is 18k scores per second", "18k scores per second",
         "18 million per second"),
        ("5 TB / 100 MB/s = 14 minutes", "14 minutes", "14 hours"),
        ("10M rows / 5k per second = 2 s", "2 s", "33 minutes"),
        ("10% of 12 billion is 12M", "12M", "1.2 billion"),
        ("1% × 12B = 1.2M clicks", "1.2M clicks", "120 million"),
        ("100 GPUs × $3 × 24 = $72 a day", "$72 a day", "$7,200 per day"),
        ("2 TB / 64 GB = 3,200 machines", "3,200 machines", "31"),
        ("594M + 120M = 71.4B rows", "71.4B rows", "710 million"),
        ("5,000+7,000+8,000 = 20M rows", "20M rows", "20,000"),
        ("300M DAU and 20 requests per user per day, so about 700 QPS.", "700 QPS",
         "69,000 per second"),
        ("With 300M users a day, each making 20 requests, we get 700 QPS.", "700 QPS",
         "69,000 per second"),
        ("2M users per day and 10 requests per user, that is 2M requests per second.",
         "2M requests per second", "230 per second"),
    ],
)  # fmt: skip
def test_a_wrong_sum_is_flagged_with_the_right_figure(text: str, stated: str, right: str) -> None:
    wrong = flagged(text)
    if not stated:  # off by ten exactly: not beyond the bar
        assert wrong == []
        return
    assert [(w.stated, w.right) for w in wrong] == [(stated, f"about {right}")]


@pytest.mark.parametrize(
    ("texts", "at", "stated", "right"),
    [
        (
            (
                "300M users times 20 page loads is 6B requests per day.",
                "Divided by 86400 that's 70 QPS.",
            ),
            1, "70 QPS", "69,000 per second",
        ),
        (
            (
                "200M people a day, ten feed loads each.",
                "That is 2B requests per day, call it 230/s.",
            ),
            1, "230/s", "23,000 per second",
        ),
        (("714M rows a day.", "At 1 KB each that is 0.7 GB a day."), 1, "0.7 GB a day",
         "710 GB per day"),
        (("We expect 6B requests a day.", "That is about 70 per second."), 1, "70 per second",
         "69,000 per second"),
        (("We expect 6B requests a day.", "Average QPS: 70"), 1, "", ""),
        (("300M DAU, 20 requests per user per day.", "So about 700 QPS."), 1, "700 QPS",
         "69,000 per second"),
        (("We start.", "300M × 20 / 86,400 = 700 QPS", "Nothing."), 1, "700 QPS",
         "69,000 per second"),
    ],
)  # fmt: skip
def test_a_wrong_sum_over_two_sentences_is_flagged(
    texts: tuple[str, ...], at: int, stated: str, right: str
) -> None:
    wrong = flagged(*texts)
    if not stated:  # a bare number after a label could be anything
        assert wrong == []
        return
    assert [(w.at, w.stated, w.right) for w in wrong] == [(at, stated, f"about {right}")]


def test_the_sum_is_written_out() -> None:
    (wrong,) = flagged("300M x 20 / 86,400 = 700 per second")
    assert wrong.sum == "300,000,000 x 20 / 86,400 = 69,444 per second"
    (wrong,) = flagged("500M × 32 × 2 bytes = 32 MB")
    assert wrong.sum == "500,000,000 x 32 x 2 bytes = 32 GB"


def test_a_mistake_is_shown_once_and_what_follows_from_it_is_not() -> None:
    (wrong,) = flagged("300M × 20 = 6M requests a day; / 86,400 = 70 per second")
    assert wrong.stated == "6M requests a day"


def test_a_rate_may_be_a_peak_but_not_any_peak() -> None:
    assert flagged("6B requests a day is about 650k requests per second at peak.") == []
    assert flagged("6B requests a day is about 65M requests per second at peak.")


WRITTEN = """300M 20 86,400 = × / + - ( ) → ≈ users requests a day per second 2 TB bytes each half
        million two that is about times divided by 5% 1e300 10^99 ^ $ , . ; K ² ٣ 24/7 1/0 0 0% .5
        seconds in x 4B ms is so 1-0 9999999999999999999999 to of 1:2 µs"""
PIECES = st.lists(st.sampled_from(WRITTEN.split()), max_size=40)


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES.map(" ".join) | PIECES.map("".join) | st.text(max_size=60), max_size=4))
def test_any_texts_are_read_without_an_error(texts: list[str]) -> None:
    assert all(w.stated and w.right and w.sum for w in flagged(*texts))


@settings(max_examples=200, deadline=None)
@given(
    st.integers(2, 10**6), st.integers(2, 500), st.sampled_from("×*x·"), st.sampled_from("=≈"),
    st.floats(0.2, 5),
)  # fmt: skip
def test_a_product_is_right_when_near_and_wrong_when_far(
    many: int, tens: int, times: str, equals: str, slip: float
) -> None:
    each = tens * 10  # a last 2 or 3 could be a square
    product = many * 1000 * each
    near = f"{many}k users {times} {each} views {equals} {product * slip:.0f} views"
    far = f"{many}k users {times} {each} views {equals} {product * slip * 1e3:.0f} views"
    assert flagged(near) == []
    assert len(flagged(far)) == 1


@pytest.mark.parametrize(
    "piece",
    [
        "1 x ", "1 = ", "(1 + ", "1) / ", "300M × 20 = 7 ", "x ", "so ", "that is about ",
        "5 requests a day is about 9 requests per second ",
    ],
)  # fmt: skip
def test_many_units_of_one_kind_are_read_to_their_end(piece: str) -> None:
    texts = ["10 " + piece * (900 // len(piece))] * 60
    assert all(w.stated for w in flagged(*texts))
    assert all(w.stated for w in flagged("10 " + piece * (60_000 // len(piece))))


@pytest.mark.parametrize("text", ["1e300 × 1e300 = 5", "5 / 0 = 3", "0 × 5 = 7"])
def test_what_cannot_be_computed_is_not_wrong(text: str) -> None:
    assert flagged(text) == []


def test_a_rank_is_not_what_a_sum_makes() -> None:
    assert flagged("We order up to 3/(3+1) = 75th percentile of demand.") == []
    assert flagged("We order up to 3/(3+1) = the 75th percentile.") == []


def test_metres_are_not_taken_for_millions() -> None:
    assert flagged("At 60 m a person is 554 × 1.7 / 60 m = 16 pixels high.") == []
    assert len(flagged("60 m users × 20 = 12,000 views")) == 1
