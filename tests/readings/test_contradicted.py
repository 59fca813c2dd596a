import numpy as np
import pytest

from nbdoctor.capture.data import Rows
from nbdoctor.readings.contradicted import Contradicted, compared, read_contradicted

RNG = np.random.default_rng(1)
K = RNG.integers(0, 3, 700)


def read(y: np.ndarray, spread: float = 0.5) -> Contradicted | None:
    x = 2.5 * np.eye(3)[K] + RNG.normal(0, spread, (700, 3))
    whole = {"x": x}
    return read_contradicted(
        Rows(inputs=whole, targets={"y": y}, index=np.arange(700), total=700, whole=whole)
    )


def test_wrong_labels_are_contradicted_wherever_models_are_sure() -> None:
    wrong = RNG.random(700) < 0.2
    found = read(np.where(wrong, (K + RNG.integers(1, 3, 700)) % 3, K))
    assert found is not None
    assert found.share == pytest.approx(0.2, abs=0.07)
    assert len(found.by_class) == 3
    assert found.ranked == pytest.approx(0.5, abs=3 * found.error)
    assert wrong[list(found.first)].all()


def test_classes_that_overlap_are_told_where_models_are_sure() -> None:
    found = read(K, spread=1.2)
    assert found is not None
    assert found.share < 0.1
    assert found.ranked < 0.4


def test_clean_labels_are_not_contradicted() -> None:
    found = read(K)
    assert found is not None
    assert found.share < 0.01


def test_counts_by_hand() -> None:
    votes = np.array([[0.9, 0.1]] * 20 + [[0.1, 0.8]] * 20 + [[0.5, 0.5]] * 10)
    truth = np.array([0] * 15 + [1] * 5 + [1] * 20 + [0] * 10)
    found = compared(votes, truth, np.array([3, 7]), np.arange(50))
    assert found.sure == 40
    assert found.share == pytest.approx(5 / 40)
    assert found.by_class == ((3.0, 20, 0.25), (7.0, 20, 0.0))
    assert found.ranked == pytest.approx(0.5)


def test_kinds_of_rows_that_have_several_labels_by_nature() -> None:
    rng = np.random.default_rng(3)
    sex, noise = rng.integers(0, 2, 900), rng.normal(size=(900, 4))
    y = (rng.random(900) < np.where(sex == 1, 0.8, 0.2)).astype(int)
    whole = {"x": np.concatenate([sex[:, None], noise], axis=1)}
    found = read_contradicted(
        Rows(inputs=whole, targets={"y": y}, index=np.arange(900), total=900, whole=whole)
    )
    assert found is not None
    assert found.share == pytest.approx(0.2, abs=0.05)
    assert found.by_kind > 0.9
    clear = read(K)
    assert clear is not None
    assert clear.by_kind == 0


@pytest.mark.parametrize(
    ("flipped", "explained"),
    [pytest.param(0.0, True, id="a product decides"), pytest.param(0.2, False, id="wrong labels")],
)
def test_products_of_columns_tell_where_models_are_wrong(flipped: float, explained: bool) -> None:
    rng = np.random.default_rng(5)
    x = rng.normal(size=(1000, 28))
    told = x[:, 0] * x[:, 1] + 0.8 * x[:, 2] + 0.5 * abs(x[:, 3]) - 0.4
    score = told + rng.normal(0, 0.4, 1000) if explained else x[:, :8].sum(axis=1)
    y = (score > 0) ^ (rng.random(1000) < flipped)
    whole = {"x": x}
    labels = {"y": y.astype(int)}
    rows = Rows(inputs=whole, targets=labels, index=np.arange(1000), total=1000, whole=whole)
    found = read_contradicted(rows)
    assert found is not None
    assert found.share > 0.1
    assert (found.explained > 0.2) is explained


def test_numbers_have_no_classes() -> None:
    assert read(RNG.normal(size=700)) is None
