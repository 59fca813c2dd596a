import numpy as np
import pytest

from nbdoctor.capture.sample import Part
from nbdoctor.readings.asked import Asked
from nbdoctor.readings.signal import Signal, _nearest, _p, _ridge, input_kind, read_signal

CLASSES = Asked(classes=True)


def signal_of(x: np.ndarray, y: np.ndarray, asked: Asked = CLASSES) -> Signal | None:
    return read_signal(Part(inputs={"x": x}, targets={"y": y}), "y", "table", asked)


def found(x: np.ndarray, y: np.ndarray, asked: Asked = CLASSES) -> Signal:
    signal = signal_of(x, y, asked)
    assert signal is not None
    return signal


def drawn(rows: int = 300, columns: int = 5) -> tuple[np.random.Generator, np.ndarray]:
    rng = np.random.default_rng(4)
    return rng, rng.normal(size=(rows, columns)).astype("float32")


def test_a_linear_relation_is_found() -> None:
    rng, x = drawn()
    y = (x[:, 0] - x[:, 1] + rng.normal(size=300) > 0).astype(int)
    signal = found(x, y)
    assert (signal.task, signal.score, signal.rows, signal.features) == (
        "classification",
        "score",
        300,
        5,
    )
    assert signal.p_linear <= 0.01
    assert signal.linear > signal.permuted_high > signal.permuted
    assert signal.rarest == min(y.sum(), (1 - y).sum())


def test_a_linear_relation_of_quantities_is_found() -> None:
    rng, x = drawn()
    y = 1e6 + 3 * x[:, 2] + rng.normal(size=300)
    signal = found(x, y)
    assert (signal.task, signal.score) == ("regression", "R²")
    assert signal.p_linear <= 0.01
    assert signal.linear == pytest.approx(0.9, abs=0.05)
    assert signal.variance == pytest.approx(y.var(), rel=1e-3)


def test_whole_numbers_are_quantities_where_the_head_says_so() -> None:
    rng, x = drawn()
    y = np.round(100 + 20 * x[:, 0] + 10 * rng.normal(size=300)).astype(int)
    as_numbers = found(x, y, Asked())
    assert (as_numbers.task, as_numbers.score) == ("regression", "R²")
    assert as_numbers.linear > 0.7
    assert found(x, y).task == "classification"


@pytest.mark.parametrize("seed", range(3))
def test_none_is_found_in_noise(seed: int) -> None:
    rng = np.random.default_rng(seed)
    signal = found(rng.normal(size=(200, 4)), rng.integers(0, 3, 200))
    assert signal.p_linear > 0.01
    assert signal.p_neighbours > 0.01
    assert signal.permuted == pytest.approx(0.0, abs=0.06)


def test_neighbours_see_what_a_line_cannot() -> None:
    _, x = drawn(columns=2)
    signal = found(x, ((x[:, 0] > 0) ^ (x[:, 1] > 0)).astype(int))
    assert signal.p_neighbours <= 0.01
    assert signal.neighbours > 0.7
    assert signal.p_linear > 0.05


@pytest.mark.parametrize("encode", [lambda y: np.eye(3)[y], lambda y: y[:, None].astype("float32")])
def test_the_encoding_does_not_matter(encode: object) -> None:
    _, x = drawn()
    y = np.digitize(x[:, 0], [-0.5, 0.5])
    plain, other = found(x, y), found(x, encode(y))  # type: ignore[operator]
    assert (plain.linear, plain.neighbours) == (other.linear, other.neighbours)


def test_a_rare_class_counts_as_much_as_a_frequent_one() -> None:
    rng, x = drawn(2000)
    y = (np.arange(2000) % 100 == 0).astype(int)
    x[y == 1] += 3
    signal = found(x, y)
    assert signal.rarest == 20
    assert signal.rows <= 440
    assert signal.p_linear <= 0.01
    assert found(x, rng.permutation(y)).p_linear > 0.05


@pytest.mark.filterwarnings("ignore:invalid value")  # `Readings` keeps it from the cell
def test_broken_rows_are_left_out() -> None:
    _, x = drawn()
    y = x[:, 0].astype(float)
    x[:20, 1], y[290:] = np.nan, np.inf
    assert found(x, y).rows == 270


@pytest.mark.parametrize(
    ("x", "y"),
    [
        pytest.param(np.zeros((9, 2)), np.arange(9), id="too few rows"),
        pytest.param(np.array([["a"]] * 30), np.arange(30), id="inputs of text"),
        pytest.param(np.zeros((30, 2)), np.array(["a", "b"] * 15), id="labels of text"),
        pytest.param(np.zeros((30, 5000)), np.arange(30), id="rows too wide"),
        pytest.param(np.zeros((30, 2)), np.random.default_rng(0).random((30, 4)), id="columns"),
    ],
)
def test_some_data_allow_no_baseline(x: np.ndarray, y: np.ndarray) -> None:
    assert signal_of(x, y) is None


def test_constant_inputs_explain_nothing() -> None:
    assert found(np.ones((60, 3)), np.arange(60) % 2).p_linear > 0.05


def test_random_state_of_the_user_is_not_drawn_on() -> None:
    rng, x = drawn(60)
    before = np.random.get_state()[1].tolist()  # type: ignore[index]  # noqa: NPY002
    found(x, rng.integers(0, 2, 60))
    assert np.random.get_state()[1].tolist() == before  # type: ignore[index]  # noqa: NPY002


@pytest.mark.parametrize("columns", [3, 50])
def test_ridge_solves_the_textbook_equations(columns: int) -> None:
    rng = np.random.default_rng(1)
    x, y, new = (
        rng.normal(size=(20, columns)),
        rng.normal(size=(20, 2)),
        rng.normal(size=(5, columns)),
    )
    centred = x - x.mean(axis=0)
    system = centred.T @ centred + 0.01 * 20 * np.eye(columns)
    weights = np.linalg.inv(system) @ centred.T @ (y - y.mean(axis=0))
    by_hand = (new - x.mean(axis=0)) @ weights + y.mean(axis=0)
    assert _ridge(x, y, new) == pytest.approx(by_hand)


def test_neighbours_are_the_seven_nearest() -> None:
    rng = np.random.default_rng(1)
    x, y, new = rng.normal(size=(30, 3)), rng.normal(size=(30, 1)), rng.normal(size=(4, 3))
    by_hand = [
        np.mean([y[i, 0] for i in sorted(range(30), key=lambda i: np.linalg.norm(x[i] - one))[:7]])
        for one in new
    ]
    assert _nearest(x, y, new)[:, 0] == pytest.approx(by_hand)


def test_p_values_by_hand() -> None:
    assert _p(np.array([0.9, 0.1, 0.9, 0.95])) == 3 / 4
    assert _p(np.array([0.9, 0.1, 0.1, 0.1])) == 1 / 4


@pytest.mark.parametrize(
    ("shape", "kind"), [((), "table"), ((4,), "table"), ((9, 4), "sequence"), ((8, 8, 3), "image")]
)
def test_kinds_of_inputs(shape: tuple[int, ...], kind: str) -> None:
    assert input_kind(shape, embedded=False) == kind
    assert input_kind(shape, embedded=True) == "tokens"
