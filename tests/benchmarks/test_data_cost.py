from __future__ import annotations

import numpy as np
import pytest

from tests.benchmarks.data_cost import LARGEST_COPY, cost, given_of, readings


@pytest.mark.parametrize("kind", ["numbers", "ids"])
def test_no_reading_copies_a_whole_table(kind: str) -> None:
    rng = np.random.default_rng(0)
    shape = (400_000, 24)  # 77 MB once in double precision, which a reading must not make of it
    x = rng.normal(size=shape) if kind == "numbers" else rng.integers(0, 5000, shape)
    given = given_of(x.astype("float32" if kind == "numbers" else "int32"))
    costs = {one.part: found for one in readings() if (found := cost(one, given)) is not None}
    assert len(costs) > 10
    assert {part: most for part, (_, most) in costs.items() if most > LARGEST_COPY} == {}
