"""Rank correlations, against values worked out by hand."""

from __future__ import annotations

import pytest

from nbdoctor.rules.figures import rank_correlation


def test_rank_correlations() -> None:
    assert rank_correlation((1, 2, 3, 4), (10, 20, 50, 90)) == pytest.approx(1)
    assert rank_correlation((1, 2, 3, 4), (4, 3, 2, 1)) == pytest.approx(-1)
    # Ranks 0 1 2 3 and 1 0 3 2: 1 - 6 * 4 / (4 * 15).
    assert rank_correlation((1, 2, 3, 4), (2, 1, 4, 3)) == pytest.approx(0.6)
    assert rank_correlation((1, 2, 3), (5, 5, 5)) == 0
    # Equal values share the middle of their places: ranks 0.5 0.5 2 against 0 1 2.
    assert rank_correlation((7, 7, 9), (1, 2, 3)) == pytest.approx(1.5 / (1.5 * 2) ** 0.5)
