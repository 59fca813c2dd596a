"""What a loop of the user's own has trained a model on, as the experiment takes it."""

from __future__ import annotations

from typing import Any

import numpy as np

from nbdoctor.backend.engine import RefusedError
from nbdoctor.experiment.program import Loop
from nbdoctor.readings.scoring import SECONDS
from nbdoctor.readings.scoring_loops import alike
from nbdoctor.session.subject import Training


def loop_of(training: Training) -> Loop | None:
    """Return what a loop has trained its model on, None where that is not known."""
    import keras

    passed = training.passed or next(iter(training.call.rows), None)
    if passed is None:
        return None
    try:
        met = alike(list(passed.met(SECONDS)))
    except RefusedError:  # the steps of the loop cannot be made again on copies
        return None
    if not met:
        return None

    def joined(*parts: Any) -> Any:
        return np.concatenate([keras.ops.convert_to_numpy(one) for one in parts])

    x, y = (keras.tree.map_structure(joined, *(one[place] for one in met)) for place in (0, 1))
    compiled = training.kept.fitted.compiled if training.kept.fitted is not None else {}
    return Loop(
        x=x,
        y=y,
        batch_size=len(keras.tree.flatten(met[0][0])[0]),
        loss=passed.loss or compiled.get("loss"),
        optimizer=training.kept.optimizer() or compiled.get("optimizer"),
        optimizer_config=training.kept.optimizer_config,
    )
