import numpy as np
import pandas as pd

from nbdoctor.capture.data import Rows
from nbdoctor.readings.standing_columns import StandingColumns, read_standing

RNG = np.random.default_rng(3)


def frame() -> pd.DataFrame:
    made = pd.DataFrame(RNG.normal(size=(80, 4)), columns=["a", "b", "c", "d"])
    made["b"], made["d"] = 2.45, 3.0
    return made


def read(
    x: np.ndarray, tables: dict[str, pd.DataFrame], names: tuple[str, ...] = ()
) -> StandingColumns | None:
    return read_standing(
        Rows(
            inputs={"x": x}, targets={}, index=np.arange(len(x)), total=len(x), whole={"x": x},
            columns={"x": names} if names else {},
        ),
        tables,
    )  # fmt: skip


def test_columns_are_found_in_the_table_that_has_as_many() -> None:
    table = frame()
    scaled = ((table - table.mean()) / table.std().replace(0, 1)).to_numpy("float32")
    found = read(scaled, {"frame": table})
    assert found is not None
    assert [(one.name, one.value, one.measured) for one in found.columns] == [
        ("b", 2.45, True),
        ("d", 3.0, False),
    ]


def test_columns_are_found_by_their_names() -> None:
    table = frame()
    found = read(table[["a", "b"]].to_numpy(), {"frame": table}, ("a", "b"))
    assert found is not None
    assert [one.name for one in found.columns] == ["b"]


def test_pixels_have_no_table() -> None:
    table = frame()
    found = read(table.to_numpy(), {})
    assert found is not None
    assert found.columns == ()
    other = table.assign(e=1.0)
    assert read(table.to_numpy(), {"frame": other}) == StandingColumns(columns=(), of=4, rows=80)


def test_pictures_and_rows_that_are_all_equal_are_left_to_others() -> None:
    assert read(np.zeros((80, 4, 4)), {}) is None
    found = read(np.ones((80, 4)), {"frame": pd.DataFrame(np.ones((80, 4)))})
    assert found is not None
    assert found.columns == ()
