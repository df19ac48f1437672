"""What two figures have to do with each other once a third is held fast."""

from collections.abc import Sequence
from math import sqrt


def correlation(one: Sequence[float], other: Sequence[float]) -> float | None:
    """Pearson's r. None for fewer than three pairs or when one side does not vary."""
    if len(one) < 3:
        return None
    mean_one, mean_other = sum(one) / len(one), sum(other) / len(other)
    both = sum((a - mean_one) * (b - mean_other) for a, b in zip(one, other, strict=True))
    spread = sqrt(sum((a - mean_one) ** 2 for a in one) * sum((b - mean_other) ** 2 for b in other))
    return both / spread if spread else None


def partial_correlation(
    one: Sequence[float], other: Sequence[float], given: Sequence[float]
) -> float | None:
    """What is left of the correlation of two when a third is held fast (first order).

    None when one of the three does not vary or the third decides all of another.
    """
    direct = correlation(one, other)
    by_one, by_other = correlation(one, given), correlation(other, given)
    if direct is None or by_one is None or by_other is None:
        return None
    left = (1 - by_one**2) * (1 - by_other**2)
    return (direct - by_one * by_other) / sqrt(left) if left > 1e-12 else None
