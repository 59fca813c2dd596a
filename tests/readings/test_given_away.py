import numpy as np
import pytest

from nbdoctor.readings.telling_columns import telling_columns, telling_steps

RNG = np.random.default_rng(0)
X = RNG.normal(size=(400, 3))
Y = (X[:, 0] + 0.3 * RNG.normal(size=400) > 0).astype(int)


def kinds(x: np.ndarray, y: np.ndarray = Y) -> dict[int, str]:
    return {one.place: one.kind for one in telling_columns(x, y)}


def test_one_value_in_one_class() -> None:
    late = np.where(Y == 1, 0.0, RNG.normal(48, 9, 400))
    (found,) = telling_columns(np.column_stack([X, late]), Y)
    assert (found.place, found.kind, found.value, found.label) == (3, "one value", 0.0, 1.0)
    assert (found.share, found.elsewhere) == (1.0, 0.0)


def test_the_target_itself() -> None:
    assert kinds(np.column_stack([X, 7 - 3 * Y])) == {3: "the target"}
    number = X @ [1.0, 2.0, 3.0]
    assert kinds(np.column_stack([X, 1.8 * number + 32]), number) == {3: "the target"}
    assert kinds(np.column_stack([X, np.exp(number)]), number) == {3: "the target"}
    assert kinds(np.column_stack([X, number + 0.05 * RNG.normal(size=400)]), number) == {}


def test_a_step_of_a_window_is_the_target() -> None:
    series = RNG.normal(size=(420, 2))
    windows = np.stack([series[at : at + 9] for at in range(400)])
    (found,) = telling_steps(windows, series[:400, 1])
    assert found.name == "step 1 of column 1"
    (found,) = telling_steps(windows[..., :1], series[3:403, 0])
    assert found.name == "step 4"
    assert not list(telling_steps(windows, series[9:409, 0]))
    assert not list(telling_steps(windows, Y))


def test_a_category_that_one_class_alone_has() -> None:
    status = np.where(Y == 1, 4, RNG.integers(0, 4, 400))
    assert kinds(np.column_stack([X, status])) == {3: "one value"}
    status[np.flatnonzero(Y == 1)[:12]] = 0
    assert kinds(np.column_stack([X, status])) == {}


def test_the_row_number_of_rows_sorted_by_class() -> None:
    order = np.argsort(Y, kind="stable")
    x = np.column_stack([X[order], np.arange(400)])
    deal = RNG.permutation(400)[:300]
    assert kinds(x[deal], Y[order][deal]) == {3: "the row"}


def test_numbers_given_by_two_offices() -> None:
    number = RNG.permutation(3000)[:400] + np.where(Y == 1, 20_000, 60_000)
    scaled = ((number - number.mean()) / number.std()).astype(np.float32)
    for column in (number, scaled):
        assert kinds(np.column_stack([X, column])) == {3: "the row"}
    assert kinds(np.column_stack([X, RNG.permutation(number)])) == {}


def test_whole_numbers_that_are_measured_repeat() -> None:
    measured = np.round(np.where(Y == 1, 20_000, 60_000) + 900 * RNG.random(400))
    assert kinds(np.column_stack([X, measured])) == {}
    sparse = np.unique(np.round(np.linspace(0, 1, 400) ** 1.3 * 9e6))
    assert kinds(np.column_stack([X, np.where(Y == 1, sparse, sparse + 3e7)])) == {}


@pytest.mark.parametrize(
    "column",
    [
        pytest.param(np.arange(400), id="the row number of rows in no order"),
        pytest.param(RNG.integers(0, 3, 400), id="categories"),
        pytest.param(np.where(RNG.random(400) < 0.5, 0, X[:, 0]), id="zeros in both classes"),
        pytest.param(X[:, 0] * 5 + 50, id="a column that tells much"),
        pytest.param((X[:, 0] > 0) * 1.0, id="a mark that tells much"),
    ],
)
def test_healthy_columns(column: np.ndarray) -> None:
    assert kinds(np.column_stack([X, column])) == {}


def test_a_single_column_may_be_the_target() -> None:
    x = X[:, :1]
    assert kinds(x, 2 * x[:, 0] + 1) == {}
