import numpy as np
import pandas as pd
import pytest

from nbdoctor.capture.data import Rows
from nbdoctor.readings.casts import Merged, merged_columns, wrapped_arrays

RNG = np.random.default_rng(4)


def merged(frame: pd.DataFrame, kind: str) -> list[Merged]:
    x = frame.to_numpy().astype(kind)
    whole = {"x": x}
    rows = Rows(inputs=whole, targets={}, index=np.arange(len(x)), total=len(x), whole=whole)
    return list(merged_columns(rows, {"frame": frame}, ("frame",)))


def test_ids_beyond_single_precision_melt() -> None:
    ids = 3_000_000_000 + RNG.permutation(500)
    frame = pd.DataFrame({"id": ids, "age": RNG.integers(1, 90, 500)})
    (found,) = merged(frame, "float32")
    assert (found.column, found.before) == ("id", 500)
    assert found.after == len(np.unique(ids.astype("float32"))) < 10
    assert merged(frame, "float64") == []
    assert merged(frame.assign(id=ids - 3_000_000_000), "float32") == []


def test_values_that_went_round() -> None:
    wide = RNG.integers(0, 400, (50, 8, 8))
    (found,) = wrapped_arrays({"x": wide, "small": wide.astype("uint8")})
    assert (found.source, found.variable, found.kind) == ("x", "small", "uint8")
    assert found.share == pytest.approx((wide > 255).mean())


@pytest.mark.parametrize(
    "small",
    [
        pytest.param(lambda wide: np.clip(wide, 0, 255).astype("uint8"), id="clipped"),
        pytest.param(lambda wide: (wide // 2).astype("uint8"), id="scaled"),
        pytest.param(lambda wide: wide.astype("uint16"), id="large enough"),
    ],
)
def test_other_casts(small: object) -> None:
    wide = RNG.integers(0, 400, (50, 8, 8))
    assert callable(small)
    assert not list(wrapped_arrays({"x": wide, "small": small(wide)}))
