import numpy as np
import pytest

from nbdoctor.capture.data import Rows
from nbdoctor.readings.behind import Behind, columns_behind
from nbdoctor.readings.census import Census, census_of_rows, read_census
from nbdoctor.readings.column_values import column_census

pd = pytest.importorskip("pandas")
RNG = np.random.default_rng(0)


def rows(x: np.ndarray, y: np.ndarray) -> Rows:
    return Rows(
        inputs={"x": x}, targets={"y": y}, index=np.arange(len(x)), total=len(x), whole={"x": x}
    )


def with_code(values: np.ndarray, code: float, share: float) -> np.ndarray:
    return np.where(RNG.random(len(values)) < share, code, values)


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        pytest.param(RNG.normal(2, 0.5, 900), [-999.0], id="laboratory"),
        pytest.param(RNG.integers(18, 95, 900), [9999.0], id="ages"),
        pytest.param(RNG.gamma(2, 30, 900), [-1e9], id="a flag of a data base"),
        pytest.param(RNG.integers(0, 60, 900), [998.0, 999.0], id="refused and unknown"),
        pytest.param(RNG.normal(0, 1, 900), [-99.0, 9999.0], id="one at each end"),
        pytest.param(RNG.integers(1, 6, 900), [98.0, 99.0], id="answers"),
        pytest.param(RNG.integers(0, 4, 900), [77.0, 99.0], id="answers, as health surveys write"),
        pytest.param(RNG.integers(1, 8, 900), [-99.0], id="answers, below zero"),
    ],
)
def test_codes_are_found(values: np.ndarray, codes: list[float]) -> None:
    coded = values.astype(float)
    for code in codes:
        coded = with_code(coded, code, 0.05)
    found = column_census(coded)
    assert sorted(value for value, _ in found.codes) == sorted(codes)
    assert found.low == values[~np.isin(coded, codes)].min()
    assert all(0.03 < share < 0.07 for _, share in found.codes)
    assert found.squeezed < 0.5


@pytest.mark.parametrize(
    "values",
    [
        pytest.param(RNG.normal(size=900), id="normal"),
        pytest.param(np.exp(2 * RNG.normal(size=900)), id="skewed"),
        pytest.param(RNG.poisson(0.3, 900), id="counts, mostly none"),
        pytest.param(RNG.random(900) < 0.02, id="a rare mark"),
        pytest.param(RNG.choice([0, 1, 2, 50], 900), id="categories"),
        pytest.param(RNG.choice([1, 2, 3, 4, 5, 9], 900), id="categories, to 9"),
        pytest.param(RNG.choice([0, 99], 900), id="two values"),
        pytest.param(RNG.choice([10, 20, 30, 99], 900), id="numbers apart"),
        pytest.param(np.where(RNG.random(900) < 0.4, 0, RNG.normal(120e3, 3e4, 900)), id="balance"),
        pytest.param(np.where(RNG.random(900) < 0.5, 10.0, 900.0) + RNG.normal(size=900), id="two"),
        pytest.param(np.repeat(5.0, 900), id="constant"),
    ],
)
def test_healthy_columns_have_none(values: np.ndarray) -> None:
    found = column_census(values.astype(float), RNG.normal(size=900))
    assert (found.codes, found.hole, found.outlying) == ((), None, 0)


def test_a_hole_has_the_targets_of_any_row() -> None:
    weight = RNG.normal(70, 9, 3000)
    target = 0.4 * weight + RNG.normal(size=3000)
    gone = RNG.random(3000) < 0.15
    found = column_census(np.where(gone, 0.0, weight), target)
    assert found.hole is not None
    assert found.hole[0] == 0
    assert found.hole[1] == pytest.approx(gone.mean())


def test_a_natural_zero_has_targets_of_its_own() -> None:
    account = np.where(RNG.random(3000) < 0.3, 0.0, RNG.normal(70, 9, 3000))
    target = np.where(account == 0, -5.0, 0.4 * account) + RNG.normal(size=3000)
    assert column_census(account, target).hole is None


def test_outlying_values_are_counted() -> None:
    mass = RNG.normal(70, 9, 1000)
    mass[[3, 8]] = [7e7, -4e6]
    found = column_census(mass)
    assert (found.outlying, found.farthest) == (2, 7e7)


def test_columns_get_the_names_and_values_of_the_table() -> None:
    frame = pd.DataFrame({"age": RNG.normal(60, 9, 500), "dose": RNG.normal(2, 1, 500)})
    frame["dose"] = with_code(frame["dose"].to_numpy(), -9.0e3, 0.2)
    frame["ill"] = RNG.integers(0, 2, 500)
    columns = ["age", "dose"]
    x = ((frame[columns] - frame[columns].mean()) / frame[columns].std()).to_numpy("float32")
    census = census_of_rows(rows(x, frame["ill"].to_numpy()), {"frame": frame}, None, None, None)
    assert isinstance(census, Census)
    age, dose = census.columns
    assert (age.name, dose.name, dose.table) == ("age", "dose", "frame")
    assert dose.codes[0][0] == -9.0e3


def test_windows_and_targets_are_counted_too() -> None:
    series = with_code(RNG.normal(20, 4, 700).round(1), -200.0, 0.05)
    windows = np.stack([series[at : at + 8] for at in range(690)])[..., None]
    census = census_of_rows(rows(windows, series[8:698]), {}, None, None, None)
    assert census is not None
    inputs, targets = census.columns
    assert (inputs.place, targets.place) == (0, -1)
    assert inputs.codes[0][0] == targets.codes[0][0] == -200.0


def test_classes_are_not_counted() -> None:
    census = census_of_rows(rows(RNG.normal(size=(99, 2)), np.arange(99) % 9), {}, None, None, None)
    assert census is not None
    assert len(census.columns) == 2


def test_what_was_mended_before_the_model_is_not_reported() -> None:
    dose = with_code(RNG.normal(2, 1, 500), -999.0, 0.2)
    mended = np.where(dose == -999.0, 2.0, dose)[:, None]
    behind = {0: Behind("frame", "dose", dose, aligned=True)}
    assert list(read_census(mended, behind=behind)) == []


def test_rows_that_were_dealt_anew_are_known_by_their_quantiles() -> None:
    frame = pd.DataFrame(
        {
            "a": RNG.gamma(1.0, 5, 900),
            "b": RNG.normal(4, 2, 900),
            "c": RNG.uniform(3, 4, 900),
            "y": RNG.integers(0, 2, 900),
        }
    )
    some = RNG.permutation(900)[:700]
    x = frame[["a", "b", "c"]].to_numpy()[some] * [2, 3, 4] + 7
    found = columns_behind(x, {"frame": frame})
    assert [found[at].column for at in range(3)] == ["a", "b", "c"]
    assert not found[0].aligned


def test_another_table_is_not_taken_for_it() -> None:
    frame = pd.DataFrame({"a": RNG.gamma(0.3, 5, 900), "b": RNG.integers(0, 2, 900)})
    assert columns_behind(RNG.uniform(size=(700, 2)), {"frame": frame}) == {}
