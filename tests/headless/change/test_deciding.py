from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nbdoctor.headless.change.deciding import Pair, decided, relation_of


def answer(score: float, *, spread: float = 0.02, **more: Any) -> dict[str, Any]:
    parts = score + spread * np.linspace(-1, 1, 20)
    held = {"score": score, "parts": parts.tolist(), "held_out": True}
    return {"outcome": "ran", **held, **more}


def raised(text: str = "ValueError: no") -> dict[str, Any]:
    return {"outcome": "raised", "error": text, "line": 4, "unscored": "the cell trains no model"}


def pairs(ours: Sequence[float], theirs: Sequence[float]) -> list[Pair]:
    return [
        Pair(ours=answer(one), theirs=answer(other))
        for one, other in zip(ours, theirs, strict=True)
    ]


@pytest.mark.parametrize(
    ("ours", "theirs", "verdict"),
    [
        ((0.1, 0.12, 0.09), (0.9, 0.88, 0.91), "better"),
        ((0.9, 0.88, 0.91), (0.1, 0.12, 0.09), "worse"),
        ((0.9, 0.9, 0.91, 0.9, 0.9), (0.9, 0.91, 0.9, 0.9, 0.91), "no different"),
        ((0.2, 0.8, 0.5), (0.8, 0.2, 0.6), "undecided"),
        ((0.5,), (0.9,), "undecided"),
    ],
)
def test_scores_over_seeds_decide(
    ours: tuple[float, ...], theirs: tuple[float, ...], verdict: str
) -> None:
    decision = decided(pairs(ours, theirs), "same")
    assert decision.verdict == verdict
    assert decision.effect == pytest.approx(np.mean(theirs) - np.mean(ours))
    if len(ours) > 1:
        assert decision.low is not None
        assert decision.high is not None
        assert decision.low <= decision.effect <= decision.high


def test_few_rows_make_the_interval_wide() -> None:
    narrow = decided(pairs((0.5,) * 3, (0.6,) * 3), "same")
    wide = decided(
        [Pair(ours=answer(0.5, spread=1.0), theirs=answer(0.6, spread=-1.0)) for _ in range(3)],
        "same",
    )
    assert narrow.low is not None
    assert wide.low is not None
    assert wide.low < narrow.low


def test_a_changed_cell_that_raises_is_worse() -> None:
    decision = decided([Pair(ours=answer(0.5), theirs=raised())], "same")
    assert decision.verdict == "worse"
    assert decision.why == "the changed cell raises ValueError: no on line 4"
    assert decision.is_final


def test_a_change_that_makes_a_raising_cell_train_is_better() -> None:
    decision = decided([Pair(ours=raised(), theirs=answer(0.5))], "same")
    assert decision.verdict == "better"
    assert "raises ValueError: no on line 4" in decision.why


def test_without_a_score_nothing_is_told() -> None:
    none = {"outcome": "ran", "unscored": "several models are trained in turn"}
    decision = decided([Pair(ours=none, theirs=none)], "same")
    assert (decision.verdict, decision.why) == ("no score", "several models are trained in turn")


def both(ours: float, theirs: float) -> tuple[dict[str, Any], dict[str, Any]]:
    return answer(ours), answer(theirs)


@pytest.mark.parametrize(
    ("by_ours", "by_theirs", "verdict"),
    [
        ((0.2, 0.9), (0.2, 0.9), "better"),
        ((0.9, 0.2), (0.2, 0.9), "undecided"),  # labels that are easier to learn prove nothing
        ((0.1, 0.0), (0.0, 0.9), "better"),  # of the rows as they are nothing can be learned
        ((0.9, 0.5), (0.9, 0.9), "undecided"),  # copies of its own rows make it look better
        ((0.9, 0.2), (0.0, 0.1), "worse"),
    ],
)
def test_other_rows_have_to_say_the_same(
    by_ours: tuple[float, float], by_theirs: tuple[float, float], verdict: str
) -> None:
    given = [
        Pair(
            ours=answer(by_ours[0]),
            theirs=answer(by_theirs[1]),
            by_ours=both(*by_ours),
            by_theirs=both(*by_theirs),
        )
        for _ in range(5)
    ]
    assert decided(given, "different").verdict == verdict


def test_rows_that_cannot_judge_both_tell_nothing() -> None:
    given = [Pair(ours=answer(0.1), theirs=answer(0.9)) for _ in range(3)]
    assert decided(given, "different").verdict == "no score"


DRAW = np.random.default_rng(0)
X, Y = DRAW.normal(size=(60, 4)), np.arange(60) % 3
ORDER = DRAW.permutation(60)


@pytest.mark.parametrize(
    ("x", "y", "relation"),
    [
        (X, Y, "same"),
        (X * 9 + 4, Y, "same"),
        (X, Y / 255, "same"),
        (X, Y[:, None], "same"),
        (X[ORDER], Y[ORDER], "same"),
        (X[ORDER], Y, "same"),
        (X, Y[ORDER], "rearranged"),
        (X[:50], Y[:50], "different"),
        (X, (X[:, 0] > 0).astype(int), "different"),
    ],
    ids=[
        "equal", "scaled", "labels scaled", "labels in a column", "another order",
        "inputs alone", "labels alone", "fewer", "other labels",
    ],
)  # fmt: skip
def test_rows_of_two_sides_are_related(x: Any, y: Any, relation: str, tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours.npz", tmp_path / "theirs.npz"
    np.savez(ours, x0=X, y0=Y)
    np.savez(theirs, x0=x, y0=y)
    assert relation_of(ours, theirs) == relation
