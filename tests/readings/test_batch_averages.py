import numpy as np
import pytest
from sklearn.metrics import f1_score, r2_score

from nbdoctor.readings.batch_averages import compare

RNG = np.random.default_rng(0)
Y = (RNG.random(200) < 0.1).astype(float)
P = np.clip(0.6 * Y + 0.6 * RNG.random(200), 0, 1)
CLASSES = RNG.integers(0, 3, 200)
SHARES = np.eye(3)[CLASSES] + RNG.random((200, 3))


def batches(metric: object, y: np.ndarray, p: np.ndarray) -> float:
    return float(np.mean([metric(y[i : i + 8], p[i : i + 8]) for i in range(0, 200, 8)]))  # type: ignore[operator]


def f1(y: np.ndarray, p: np.ndarray) -> float:
    return float(f1_score(y, p > 0.5, zero_division=0))


def test_finds_the_formula_whose_mean_is_logged() -> None:
    logged = batches(f1, Y, P)
    (found,) = compare({"val_f1": logged}, Y[:, None], P[:, None], 8)
    assert (found.name, found.formula, found.batches, found.rows) == (
        "val_f1", "the F1 score", 25, 200
    )  # fmt: skip
    assert found.whole == pytest.approx(f1(Y, P), abs=1e-6)
    assert found.averaged == pytest.approx(logged, abs=1e-6)


def test_finds_that_of_numbers() -> None:
    y = RNG.normal(size=200)
    p = y + RNG.normal(size=200)
    (found,) = compare({"val_r2": batches(r2_score, y, p)}, y[:, None], p[:, None], 8)
    assert found.formula == "the coefficient of determination"
    assert found.whole == pytest.approx(r2_score(y, p))


def test_finds_that_of_classes() -> None:
    def macro(y: np.ndarray, p: np.ndarray) -> float:
        return float(f1_score(y, p.argmax(1), average="macro", labels=[0, 1, 2], zero_division=0))

    logged = {"val_f1": batches(macro, CLASSES, SHARES)}
    (found,) = compare(logged, CLASSES[:, None], SHARES, 8)
    assert found.formula == "the macro F1 score"
    assert found.whole == pytest.approx(macro(CLASSES, SHARES), abs=1e-6)
    (found,) = compare(logged, np.eye(3)[CLASSES], SHARES, 8)
    assert found.formula == "the macro F1 score"


def test_tells_nothing_of_metrics_of_all_rows() -> None:
    logged = {"val_f1": f1(Y, P), "val_accuracy": float(((P > 0.5) == Y).mean())}
    assert not list(compare(logged, Y[:, None], P[:, None], 8))
    assert not list(compare(logged, np.array(["a"] * 200), P[:, None], 8))


def test_accuracy_over_batches_of_one_row_is_that_of_all_rows() -> None:
    said = np.where(RNG.random(200) < 0.7, CLASSES, (CLASSES + 1) % 3)
    hits = float((said == CLASSES).mean())
    assert not list(compare({"val_accuracy": hits}, np.eye(3)[CLASSES], np.eye(3)[said], 1))
    right = float(((P > 0.5) == Y).mean())
    assert not list(compare({"val_accuracy": right}, Y[:, None], P[:, None], 1))
