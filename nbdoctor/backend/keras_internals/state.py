"""What Keras keeps beside its models: trackers, seeds, settings of a thread, its tracebacks."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Iterator, Sequence
from types import ModuleType
from typing import Any

from nbdoctor.backend.keras_internals.names import PrivateName, attribute, member

GLOBAL = "keras.src.backend.common.global_state"

TRACKER = PrivateName("keras.Layer", "_tracker", "how to restore a model after examining it")
STORED = PrivateName(
    "keras.src.utils.tracking.Tracker", "stored_ids", "how to restore a model after examining it"
)
STATE = PrivateName(
    GLOBAL, "GLOBAL_STATE_TRACKER", "how to keep trials of fixes apart from your models"
)
SETTINGS = PrivateName(
    GLOBAL, "GLOBAL_SETTINGS_TRACKER", "how to keep trials of fixes apart from your models"
)
GET = PrivateName(GLOBAL, "get_global_attribute", "how to restore the global seed of Keras")
SET = PrivateName(GLOBAL, "set_global_attribute", "how to restore the global seed of Keras")
RANDOM = PrivateName(
    "keras.src.random.seed_generator",
    "python_random",
    "how to draw the seeds of layers for trials of fixes",
)
DRAW = PrivateName(
    "keras.src.backend.tensorflow.random",
    "draw_seed",
    "how to vary the seeds that a cell sets itself",
)
SPEC = PrivateName("keras.src.backend", "compute_output_spec", "which shapes layers return")
EXCLUDED = PrivateName(
    "keras.src.utils.traceback_utils",
    "_EXCLUDED_PATHS",
    "which frames Keras leaves out of a traceback",
)

SEEDS_APART = 7_919
"""Between two runs: further than the seeds of layers lie apart that people write."""

SEED = "global_seed_generator"
SCOPED = "custom_objects_scope_dict"
NAMES = "object_name_uids"
"""Names under which Keras keeps these for a thread."""

VALUE = "keras_tensor"
"""What it calls symbolic values, with a number that their `repr` shows."""

WRAPPED_LIST, WRAPPED = "_storage", "__wrapped__"
"""What TensorFlow's lists and dicts, in which a model on TensorFlow keeps its own, hold inside."""


def trackers_of(owners: Sequence[Any]) -> list[Any]:
    """What Keras tracks of layers, metrics and optimizers; of losses it tracks nothing.

    Raises
    ------
    MissingNameError
        What was looked at could not be put back, so that it must not be looked at.
    """
    import keras

    kinds = (keras.layers.Layer, keras.metrics.Metric, keras.optimizers.Optimizer)
    return [attribute(one, TRACKER) for one in owners if isinstance(one, kinds)]


def tracked(tracker: Any) -> dict[str, Any]:
    """The ids of all that a tracker holds, by kind.

    Raises
    ------
    MissingNameError
    """
    found: dict[str, Any] = attribute(tracker, STORED)
    return found


def is_wrapped_list(value: Any) -> bool:
    """Whether TensorFlow keeps the elements of this list inside of it a second time."""
    return hasattr(value, WRAPPED_LIST)


def unwrapped(value: Any) -> Any:
    """The container itself: TensorFlow wraps those that optimizers hold."""
    if not isinstance(value, (list, dict)):
        return value
    return getattr(value, WRAPPED_LIST, getattr(value, WRAPPED, value))


def global_seed() -> Any:
    """Keras's global generator of seeds in this thread, None before its first use.

    Raises
    ------
    MissingNameError
    """
    return member(GET)(SEED)


def set_global_seed(generator: Any) -> None:
    """Put a generator in its place.

    Raises
    ------
    MissingNameError
    """
    member(SET)(SEED, generator)


def scoped_objects() -> dict[str, Any]:
    """What the user has registered by `keras.saving.custom_object_scope` around this code.

    Raises
    ------
    MissingNameError
    """
    found: dict[str, Any] = member(GET)(SCOPED, {})
    return found


def name_counters() -> dict[str, int] | None:
    """How many layers of each kind Keras has named in this thread, None before the first.

    Raises
    ------
    MissingNameError
    """
    found: dict[str, int] | None = member(GET)(NAMES)
    return found


def values_named() -> int:
    """How many symbolic values Keras has named in this thread.

    Raises
    ------
    MissingNameError
    """
    return (name_counters() or {}).get(VALUE, 0)


def name_values_from(number: int) -> None:
    """Let the next symbolic value have this number.

    Raises
    ------
    MissingNameError
    """
    counters = name_counters()
    if counters is not None and counters.get(VALUE, 0) != number:
        counters[VALUE] = number


def kept_for_thread() -> list[dict[str, Any]]:
    """What Keras keeps for this thread: seeds and name counters; the policy of types.

    Raises
    ------
    MissingNameError
    """
    return [vars(member(name)) for name in (STATE, SETTINGS)]


def source_of_seeds() -> ModuleType:
    """What Keras draws the seeds of layers from: Python's `random`, as it is loaded.

    Raises
    ------
    MissingNameError
    """
    found: ModuleType = member(RANDOM)
    return found


def set_source_of_seeds(source: ModuleType) -> None:
    """Let Keras draw the seeds of layers from another module with the functions of `random`.

    Raises
    ------
    MissingNameError
    """
    source_of_seeds()
    setattr(importlib.import_module(RANDOM.owner), RANDOM.name, source)


@contextlib.contextmanager
def vary_draws(by: int) -> Iterator[None]:
    """Let all that Keras draws on TensorFlow in the block differ, whatever seeds are set.

    Parameters
    ----------
    by : int
        Added to each seed that is drawn with; 0 leaves them as they are.

    Raises
    ------
    MissingNameError
    """
    import keras

    draw = member(DRAW)
    module = importlib.import_module(DRAW.owner)

    def varied(seed: Any) -> Any:
        drawn = draw(seed)
        return keras.ops.cast(drawn, "int64") + by * SEEDS_APART if by else drawn

    setattr(module, DRAW.name, varied)
    try:
        yield
    finally:
        setattr(module, DRAW.name, draw)


def output_spec(model: Any, *inputs: Any, **options: Any) -> Any:
    """What calling `model` on symbols would return: layers are built, nothing is computed.

    Raises
    ------
    MissingNameError
    """
    return member(SPEC)(model, *inputs, **options)


def module_of_tracebacks() -> ModuleType:
    """The module whose `_EXCLUDED_PATHS` tells which frames Keras leaves out of tracebacks.

    Raises
    ------
    MissingNameError
    """
    member(EXCLUDED)
    return importlib.import_module(EXCLUDED.owner)
