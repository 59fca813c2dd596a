"""Passes through a model at one moment, each made when the first reading asks for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from nbdoctor import backend
from nbdoctor.look.batches import are_alike, row_count
from nbdoctor.look.forward import Forward, inference_pass, training_pass
from nbdoctor.look.layer_calls import LayerOutputs
from nbdoctor.look.look import Look
from nbdoctor.look.train_step import is_same_in_training
from nbdoctor.look.training_mode import any_drops, drops


class Passes:
    """What a model gives for the rows of a look.

    One that fails is not made again: what is asked for after that is not there.

    Parameters
    ----------
    predict : callable
        Makes a pass in inference mode.
    put_out : callable
        Makes the passes that show what each layer puts out.
    entered : callable, optional
        The passes that show what the first layer with a kernel receives, where these are others.
    """

    def __init__(
        self,
        predict: Callable[[], Forward | None],
        put_out: Callable[[], Sequence[LayerOutputs]],
        entered: Callable[[], Sequence[LayerOutputs]] | None = None,
    ) -> None:
        self._predict, self._put_out = predict, put_out
        self._entered = entered
        self._made: dict[str, Any] = {}

    @classmethod
    def of(cls, look: Look, *, labelled: bool) -> Passes:
        """Those of a look; with the loss where its rows are `labelled`."""
        return cls(lambda: _predicted(look, labelled=labelled), lambda: training_passes(look))

    @property
    def predicted(self) -> Forward | None:
        """Predictions in inference mode, None where there are none."""
        found: Forward | None = self._once("predicted", self._predict, None)
        return found

    @property
    def outputs(self) -> Sequence[LayerOutputs]:
        """What the layers put out in training mode, batch by batch."""
        found: Sequence[LayerOutputs] = self._once("outputs", self._put_out, ())
        return found

    @property
    def entered(self) -> Sequence[LayerOutputs]:
        """What the first layer with a kernel receives, batch by batch."""
        return self.outputs if self._entered is None else self._entered()

    def _once(self, name: str, make: Callable[[], Any], otherwise: Any) -> Any:
        if name not in self._made:
            self._made[name] = otherwise
            self._made[name] = make()
        return self._made[name]


def _predicted(look: Look, *, labelled: bool) -> Forward | None:
    import keras

    x, y, sample_weight = keras.utils.unpack_x_y_sample_weight(look.batches[0])
    return inference(look, x, (y, sample_weight) if labelled and y is not None else None)


def inference(look: Look, x: Any, loss_of: tuple[Any, Any] | None) -> Forward | None:
    """Predictions in inference mode; None where the step does not show what the model returns.

    Where no layer does anything else in training the rehearsal has made them already, and
    its loss is theirs; so it is where code of the user's would have to run again.
    """
    first = look.first
    if is_same_in_training(look.model) or not look.is_pure:
        if first.passed is None or first.passed.final is None:
            return None
        return Forward(passed=first.passed, loss=first.loss, penalty=first.penalty)
    passed = look.memory.measure(
        lambda: inference_pass(look.model, x, loss_of), look.let_outputs_go
    )
    look.forward_seconds = passed.seconds
    return passed


def as_trained(look: Look, x: Any, loss_of: tuple[Any, Any] | None) -> Forward | None:
    """Predictions of the model as it is now, after training.

    In inference mode where it is made of Keras's own parts; else by one more step on copies,
    in training mode, of which only the predictions are kept. None where there are none.
    """
    if look.is_pure:
        return inference_pass(look.model, x, loss_of)
    if look.run is None:
        return None
    look.run.restart()
    again = look.run(look.batches[0])
    if again.passed is None or again.passed.final is None:
        return None
    return Forward(passed=again.passed, loss=again.target, penalty=again.penalty)


def training_passes(look: Look) -> list[LayerOutputs]:
    """What the layers put out in training mode with dropout off, for up to 256 rows."""
    if not look.is_pure and look.trained and look.run is not None:
        look.run.restart()
        again = look.run(look.batches[0]).passed
        look.passes = [] if again is None else [again]
    held = [_without_drops(one) for one in look.passes if one.layers]
    if not look.is_pure or (held and not look.trained and not any_drops(look.model)):
        return held
    passed = look.memory.measure(
        lambda: training_pass(look.model, _probe_rows(look)), look.memory.halve_probe
    )
    return [passed.passed]


def _probe_rows(look: Look) -> Any:
    """Inputs of as many batches as make 256 rows, fewer where a pass takes its time."""
    import keras

    inputs = [keras.utils.unpack_x_y_sample_weight(batch)[0] for batch in look.batches]
    dense = all(backend.current().values.is_dense(leaf) for leaf in keras.tree.flatten(inputs[0]))
    if not (look.memory.divisible and dense):
        return inputs[0]
    passes = max(1, -(-look.memory.probe_rows // max(1, row_count(inputs[0]))))
    if not (look.patient or look.trained):
        left = look.allowed_until - time.perf_counter()
        fitting = max(1, int(left / max(look.forward_seconds, 1e-6)))
        look.hurried |= fitting < min(passes, len(inputs))
        passes = min(passes, fitting)
    chosen = [one for one in inputs[:passes] if are_alike(one, inputs[0])]
    joined = keras.tree.map_structure(lambda *parts: keras.ops.concatenate(parts), *chosen)
    return keras.tree.map_structure(lambda leaf: leaf[: look.memory.probe_rows], joined)


def _without_drops(passed: LayerOutputs) -> LayerOutputs:
    """The outputs of all layers but those that drop values at random."""
    kept = {path: pair for path, pair in passed.layers.items() if not drops(pair[0]())}
    return replace(passed, layers=kept)
