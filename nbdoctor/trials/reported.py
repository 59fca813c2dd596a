"""A treatment that only corrects what is reported: the same predictions, judged again."""

from __future__ import annotations

from typing import Any

import numpy as np

from nbdoctor.rules.treatment import Trial
from nbdoctor.trials.copying.case import ModelCopy
from nbdoctor.trials.copying.recipe import Recipe
from nbdoctor.trials.copying.weights import weights_of


def recomputed(model: Any, plain: Recipe, patched: Recipe) -> Trial:
    """Recompute what the cell reports of its own model, before and after the treatment.

    Parameters
    ----------
    model : keras.Model
        The user's; it is read only.
    plain, patched : Recipe
        Of copies that are compiled as the cell is, and as it would be.
    """
    values = [np.array(one) for one in model.weights]
    before = _evaluated(plain.make(), values)
    after = _evaluated(patched.make(), values)
    changed = [name for name in after if name not in before or after[name] != before[name]]
    lost = [name for name in before if name not in after] or changed
    if not lost:
        return Trial(outcome="no effect", reason="the same numbers are reported")
    if not changed:
        return Trial(outcome="helps", reason=f"`{lost[0]}` is not reported any more")
    old, new = lost[0], changed[0]
    finite = bool(np.isfinite(after[new]))
    return Trial(
        outcome="helps" if finite else "no effect",
        reason="" if finite else "it is NaN or infinite",
        score=old if old == new else f"{old}, then {new}",
        before=before.get(old),
        after=after[new],
        rows=_rows(plain),
    )


def _evaluated(copy: ModelCopy, values: list[Any]) -> dict[str, float]:
    """Return metrics of the copy with these weights, on all captured rows, by name."""
    import keras

    model = copy.model
    weights_of(model, values, copy.data)
    model.reset_metrics()
    logs = model.test_step(copy.data)
    model.reset_metrics()
    found = {name: float(keras.ops.convert_to_numpy(value)) for name, value in logs.items()}
    found.pop("loss", None)
    return found


def _rows(recipe: Recipe) -> int:
    sample = recipe.captured.sample
    return len(sample.index) if sample is not None else 0
