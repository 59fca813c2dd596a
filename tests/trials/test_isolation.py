"""What trials leave of themselves in the process: nothing, also while others use it."""

import os
import random
import sys
import threading
import time
import warnings
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorflow.python.eager import context

from nbdoctor.cell.cell import Cell
from nbdoctor.trials.copying.case import Case
from nbdoctor.trials.copying.objects.fitted import as_fitted
from nbdoctor.trials.isolation import isolated, start_from
from nbdoctor.trials.training import trained_as_planned
from nbdoctor.trials.trial import Trials

pytestmark = [pytest.mark.keras, pytest.mark.filterwarnings("ignore")]

CELL = """
import keras
import numpy as np
deal = np.random.default_rng(0)
x = deal.normal(size=(240, 4)).astype("float32")
y = (x @ deal.normal(size=(4, 3))).argmax(1)
def build():
    np.seterr(all="ignore")
    return keras.Sequential([
        keras.Input((4,)), keras.layers.Dropout(0.2), keras.layers.Dense(3, activation="softmax"),
    ])
model = build()
model.compile(keras.optimizers.Adam(0.000001), "sparse_categorical_crossentropy")
model.fit(x, y, epochs=1, verbose=0)
"""


def process() -> dict[str, Any]:
    """Settings and random state that all of the process shares."""
    kind, keys, *rest = np.random.get_state()  # noqa: NPY002
    eager = context.context()
    drawn = getattr(eager, "_rng", None)
    return {
        "numpy errors": np.geterr(),
        "numpy printing": {k: v for k, v in np.get_printoptions().items() if k != "formatter"},
        "keras": [
            keras.config.floatx(),
            keras.config.epsilon(),
            keras.config.image_data_format(),
            keras.config.dtype_policy().name,
            keras.config.is_traceback_filtering_enabled(),
        ],
        "path": list(sys.path),
        "environment": dict(os.environ),
        "folder": os.getcwd(),  # noqa: PTH109
        "random": random.getstate(),
        "numpy random": [kind, np.asarray(keys).tolist(), *rest],
        "tensorflow random": [eager._seed, drawn.getstate() if drawn is not None else None],
        "eagerly": tf.config.functions_run_eagerly(),
        "warnings": list(warnings.filters),
        "output": [sys.stdout, sys.stderr],
        "custom objects": dict(keras.utils.get_custom_objects()),
    }


def cell() -> tuple[Case, Any]:
    names: dict[str, Any] = {"__name__": "__main__"}
    before, _, _ = CELL.partition("model.fit")
    with np.errstate():
        exec(compile(before, "<cell>", "exec"), names)  # noqa: S102
    model = names["model"]
    arguments = {"x": names["x"], "y": names["y"], "epochs": 1}
    case = Case(
        cell=Cell(CELL),
        namespace=names,
        arguments=arguments,
        model=model,
        fitted=as_fitted(model),
    )
    return case, model


@pytest.mark.parametrize("unsettled", [False, True])
def test_the_settings_of_the_process_are_the_same_after_a_trial(unsettled: bool) -> None:
    keras.utils.set_random_seed(11)
    case, _ = cell()
    source = CELL.replace('    np.seterr(all="ignore")\n', "") if unsettled else CELL
    case = Case(**{**vars(case), "cell": Cell(source)})
    before = process()
    with isolated():
        trials = Trials(case, time.perf_counter() + 60, raises=False)
        trial = trials.of(Cell(source.replace("0.000001", "0.1")), trains=True)
        arm = trials.arm(Cell(source.replace("0.000001", "0.1")))
        assert arm is not None, trial.reason
        trained_as_planned(arm.recipe.make())
        within = process()
    assert (trial.outcome, trial.by_objects) == ("helps", not unsettled)
    after = process()
    own = {"numpy errors", "warnings"}  # of this thread, and one filter for it among all
    for name in set(before) - own:
        assert within[name] == before[name], name
    assert after == before


def test_trials_draw_from_a_generator_of_their_own() -> None:
    random.seed(5)
    expected = [random.random() for _ in range(5)]  # noqa: S311
    random.seed(5)
    with isolated():
        start_from(3)
        seeds = [keras.initializers.GlorotUniform().seed for _ in range(3)]
        start_from(3)
        assert [keras.initializers.GlorotUniform().seed for _ in range(3)] == seeds
        assert [random.random() for _ in range(5)] == expected  # noqa: S311


def test_a_thread_without_trials_gets_its_seeds_from_python() -> None:
    seeds: list[int] = []

    def make() -> None:
        seeds.append(keras.initializers.GlorotUniform().seed)

    random.seed(9)
    make()
    random.seed(9)
    with isolated():
        keras.initializers.GlorotUniform()
        thread = threading.Thread(target=make)
        thread.start()
        thread.join()
    assert seeds[0] == seeds[1]


def test_keras_has_its_own_module_again() -> None:
    from keras.src.random import seed_generator

    with isolated():
        with isolated():
            assert seed_generator.python_random is not random
        assert seed_generator.python_random is not random
    assert seed_generator.python_random is random
