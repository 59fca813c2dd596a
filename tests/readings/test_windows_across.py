import numpy as np
import pandas as pd
import pytest

from nbdoctor.readings.windows_across import WindowsAcross, read_windows_across

RNG = np.random.default_rng(0)
STEPS = 8


def table(*levels: float) -> pd.DataFrame:
    """Series of 60 values around each level."""
    walks = [level + np.cumsum(RNG.normal(0, 0.1, 60)) for level in levels]
    return pd.DataFrame({
        "power": np.concatenate(walks),
        "turbine": np.repeat([f"t{n}" for n in range(len(levels))], 60),
        "noise": RNG.normal(size=60 * len(levels)),
    })  # fmt: skip


def cut(values: np.ndarray) -> np.ndarray:
    return np.stack([values[at : at + STEPS] for at in range(len(values) - STEPS)])


def read(frame: pd.DataFrame, windows: np.ndarray | None = None) -> WindowsAcross | None:
    windows = cut(frame["power"].to_numpy()) if windows is None else windows
    return read_windows_across(windows, "frame", frame)


def test_windows_of_a_whole_table() -> None:
    found = read(table(0, 10, -10))
    assert found is not None
    assert (found.table, found.series, found.cut_from) == ("frame", "turbine", "power")
    assert (found.windows, found.steps, found.borders) == (172, STEPS, 2)
    assert found.crossing == 2 * (STEPS - 1)
    assert found.jump > 8
    assert found.usual == pytest.approx(0.26, abs=0.08)


def test_scaled_windows_of_several_columns() -> None:
    frame = table(0, 10, -10)
    both = (frame[["noise", "power"]] - frame[["noise", "power"]].mean()).to_numpy()
    found = read(frame, cut(both.astype("float32") / 3))
    assert found is not None
    assert found.series == "turbine"
    assert found.borders == 2


def test_series_cut_one_by_one() -> None:
    frame = table(0, 10, -10)
    parts = [cut(part["power"].to_numpy()) for _, part in frame.groupby("turbine", sort=False)]
    assert read(frame, np.concatenate(parts)) is None


def test_what_is_no_column_of_series() -> None:
    frame = table(0, 10, -10)
    assert read(frame.drop(columns="turbine")) is None
    mixed = frame.assign(turbine=RNG.permutation(frame["turbine"].to_numpy()))
    assert read(mixed) is None
    assert read(frame, RNG.normal(size=(172, STEPS))) is None
    assert read(frame.iloc[:100], cut(frame["power"].to_numpy())) is None
