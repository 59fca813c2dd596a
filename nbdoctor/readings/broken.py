"""Values that are NaN or infinite, and where the first of them is."""

from __future__ import annotations

from typing import Any

import numpy as np

from nbdoctor.capture.data import Array

WHOLE_VALUES = 64_000_000
"""Up to here every value is tested for NaN and infinity: about 20 ms."""


def broken_values(values: Array, whole: Array | None, index: Array) -> dict[str, Any]:
    """Count of NaN and infinity and the first place: over all rows where that is affordable."""
    if values.dtype.kind != "f":
        return {}
    if whole is not None and whole.size <= WHOLE_VALUES:
        with np.errstate(all="ignore"):
            if np.isfinite(whole.sum(dtype=np.float64)):  # one pass, no copy: the usual answer
                return {}
        values, index = whole, np.arange(len(whole))
    bad = ~np.isfinite(values)
    if not bad.any():
        return {}
    row, *rest = (int(axis) for axis in np.argwhere(bad)[0])
    column = int(np.ravel_multi_index(rest, values.shape[1:])) if rest else 0
    return {
        "nan": int(np.isnan(values).sum()),
        "inf": int(np.isinf(values).sum()),
        "first_bad": (int(index[row]), column),
    }
