"""One forward pass without effect, through a model of Keras's own parts."""

from __future__ import annotations

import contextlib
import time
import weakref
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from nbdoctor import backend
from nbdoctor.backend.keras_internals.compiled import compiled_loss
from nbdoctor.look.layer_calls import LayerOutputs, noting_layers, penalty
from nbdoctor.look.restored import restored_afterwards
from nbdoctor.look.train_step import better_as_graph
from nbdoctor.look.training_mode import mode


@dataclass(frozen=True, slots=True, kw_only=True)
class Forward:
    """What a pass gave.

    Attributes
    ----------
    passed : LayerOutputs
    loss, penalty : float or None
        The model's loss, and the part of it that does not come from predictions.
    seconds : float
    """

    passed: LayerOutputs
    loss: float | None = None
    penalty: float = 0.0
    seconds: float = 0.0


def inference_pass(model: Any, x: Any, loss_of: tuple[Any, Any] | None) -> Forward:
    """Predict in inference mode, without effect.

    Parameters
    ----------
    model : keras.Model
        Built, and without code of the user's: that would run once more.
    x : Any
        Inputs as `train_step` unpacks them, (rows, ...).
    loss_of : (labels, sample weights) or None
        Compute the loss for these, too.
    """
    passed = LayerOutputs(of=weakref.ref(model), hold=False)

    def run(x: Any) -> Any:
        with noting_layers(model, passed.note, []):
            predicted = model(x, **mode(model, training=False))
        return passed.tensors(), _losses(model, x, predicted, loss_of)

    return _run(model, run, x, passed)


def training_pass(
    model: Any, x: Any, loss_of: tuple[Any, Any] | None = None, *, hold: bool = True
) -> Forward:
    """Send rows through in training mode with dropout off, without effect.

    Parameters
    ----------
    model, x, loss_of
        As for `inference_pass`.
    hold : bool
        Keep what every layer puts out.
    """
    passed = LayerOutputs(of=weakref.ref(model), hold=hold)

    def run(x: Any) -> Any:
        with noting_layers(model, passed.note, [], without_dropout=True):
            predicted = model(x, **mode(model, training=True))
        return passed.tensors(), _losses(model, x, predicted, loss_of)

    return _run(model, run, x, passed)


def _run(model: Any, run: Callable[[Any], Any], x: Any, passed: LayerOutputs) -> Forward:
    in_graph = better_as_graph(model)
    started = time.perf_counter()
    with without_effect(model):
        tensors, losses = backend.current().traces.traced(run, x)(x) if in_graph else run(x)
    return Forward(
        passed=passed.with_tensors(tensors) if in_graph else passed,
        seconds=time.perf_counter() - started,
        **{name: float(value) for name, value in losses.items()},
    )


@contextlib.contextmanager
def without_effect(model: Any) -> Iterator[None]:
    """Let what the block writes to variables of Keras be seen inside of it only.

    Keras's own scope for that: moving averages and seeds are kept beside the variables.
    """
    import keras

    now = [(variable, variable.value) for variable in model.variables]
    with restored_afterwards([model]), keras.StatelessScope(now, collect_losses=True):
        yield


def has_loss(model: Any) -> bool:
    """Whether `model` was compiled with a loss, or computes its own."""
    import keras

    own = type(model).compute_loss is not keras.Model.compute_loss
    return own or compiled_loss(model) is not None


def _losses(
    model: Any, x: Any, predicted: Any, loss_of: tuple[Any, Any] | None
) -> Mapping[str, Any]:
    if loss_of is None or not has_loss(model):
        return {}
    y, weights = loss_of
    loss = model.compute_loss(x=x, y=y, y_pred=predicted, sample_weight=weights, training=False)
    return {"loss": loss, "penalty": penalty(model)}
