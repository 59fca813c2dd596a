"""One training step of the model's own, run once without effect, with everything noted."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from nbdoctor import backend
from nbdoctor.backend.sampling import Array
from nbdoctor.capture.transaction import transaction


@dataclass(slots=True)
class GradientSample:
    """Gradient of one weight: its norm (whole tensor) and a sample of its values."""

    norm: float
    values: Array


@dataclass(slots=True)
class Rehearsal:
    """What one step did. Filled while it runs, so that a step that raises still tells something.

    Attributes
    ----------
    loss : float or None
        As the step reports it.
    logs : dict of str to float
        All that it reports.
    outputs : Any
        What the model returned, as tensors.
    gradients : dict of str
        By weight path; None where the loss sends nothing.
    changes : dict of str to (float, float)
        By weight path: norm of the update, norm of the weight before.
    entered : list of (str, tuple)
        Layers being called, outermost first, with the shapes given: where an error happened.
    """

    loss: float | None = None
    logs: dict[str, float] = field(default_factory=dict)
    outputs: Any = None
    gradients: dict[str, GradientSample | None] = field(default_factory=dict)
    changes: dict[str, tuple[float, float]] = field(default_factory=dict)
    entered: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)


def layer_paths(model: Any) -> dict[int, str]:
    """Path of every layer by the layer's id.

    Walked from the model: `layer.path` misses the outer names of layers without weights.
    """
    paths: dict[int, str] = {}

    def walk(layer: Any, above: str) -> None:
        for child in layer._layers:  # noqa: SLF001  (the only list that holds all of them)
            path = f"{above}/{child.name}" if above else child.name
            if id(child) not in paths:
                paths[id(child)] = path
                walk(child, path)

    walk(model, "")
    paths[id(model)] = model.name
    return paths


def build(model: Any, batch: Any) -> None:
    """Build what is not built, with the names and random draws that `fit` itself would use."""
    import keras

    layers = model._flatten_layers(include_self=True)  # noqa: SLF001
    if all(layer.built for layer in layers):
        return
    x, _, _ = keras.utils.unpack_x_y_sample_weight(batch)
    symbols = keras.tree.map_structure(_symbol, x)
    trained = {"training": False} if model._call_has_training_arg else {}  # noqa: SLF001
    keras.src.backend.compute_output_spec(model, symbols, **trained)


def _symbol(leaf: Any) -> Any:
    import keras

    if leaf is None:
        return None
    return keras.KerasTensor(leaf.shape, keras.backend.standardize_dtype(leaf.dtype))


def rehearse(
    model: Any,
    batch: Any,
    *,
    restore_host_random: bool,
    further_steps: Callable[[Rehearsal, FurtherSteps], None] | None = None,
    into: Rehearsal | None = None,
) -> Rehearsal:
    """Run the model's own `train_step` on `batch`, note what it does, and undo it.

    Parameters
    ----------
    model : keras.Model
        Compiled; built (see `build`).
    batch : Any
        As `fit` would hand it to `train_step`.
    restore_host_random : bool
        As for `transaction`.
    further_steps : callable, optional
        Called before the step is undone, with the rehearsal and the means to go on from there.
    into : Rehearsal, optional
        Filled in place, so that the caller keeps it when the step raises.
    """
    noted = into if into is not None else Rehearsal()
    with transaction(model, restore_host_random=restore_host_random) as journal:
        with _noting_outputs(model, noted), _noting_gradients(noted):
            logs = model.train_step(batch)
        noted.logs = _numbers(logs)
        noted.loss = noted.logs.get("loss")
        for variable in model.trainable_variables:
            noted.changes[variable.path] = journal.change(variable.value)
        if further_steps is not None:
            further_steps(noted, FurtherSteps(model, batch))
    return noted


@dataclass(frozen=True, slots=True)
class FurtherSteps:
    """Goes on from a rehearsed step, on the same batch."""

    model: Any
    batch: Any

    @property
    def of_the_user(self) -> bool:
        """Whether the model has a `train_step` of its own."""
        import keras

        return type(self.model).train_step is not keras.Model.train_step

    def step(self) -> None:
        """Make one more step; a step of the user's own was made by `loss` already."""
        if not self.of_the_user:
            self.model.train_step(self.batch)

    def loss(self) -> float | None:
        """The batch's loss in training mode now.

        A forward pass tells it where the model trains as Keras models do; a step of the user's
        own has to be made to know what it reports.
        """
        import keras

        model = self.model
        if self.of_the_user:
            model.reset_metrics()
            return _numbers(model.train_step(self.batch)).get("loss")
        x, y, weights = keras.utils.unpack_x_y_sample_weight(self.batch)
        trained = {"training": True} if model._call_has_training_arg else {}  # noqa: SLF001
        predicted = model(x, **trained)
        loss = model.compute_loss(x=x, y=y, y_pred=predicted, sample_weight=weights, training=True)
        return float(loss)


def _numbers(logs: Any) -> dict[str, float]:
    if not isinstance(logs, Mapping):
        return {}
    numbers = {}
    for name, value in logs.items():
        with contextlib.suppress(TypeError, ValueError):  # a metric that is not one number
            numbers[str(name)] = float(value)
    return numbers


@contextlib.contextmanager
def noting_layers(
    model: Any,
    note: Callable[[str, Any, Any, Any], None],
    entered: list[tuple[str, tuple[Any, ...]]],
    *,
    without_dropout: bool = False,
) -> Iterator[None]:
    """Call `note(path, layer, inputs, output)` for every call of a layer of `model` in the block.

    Parameters
    ----------
    model : keras.Model
    note : callable
    entered : list
        Holds the layers that are being called; left as it is when one of them raises.
    without_dropout : bool
        Layers that drop at random pass their inputs through.

    Notes
    -----
    What a recurrent layer calls inside its loop is left out: its cells see single time steps.
    """
    import keras

    paths = layer_paths(model)
    looped = (keras.layers.RNN, keras.layers.TimeDistributed)
    call = keras.layers.Layer.__call__
    here = threading.get_ident()
    inside_loop: list[Any] = []

    def noted(layer: Any, *args: Any, **kwargs: Any) -> Any:
        path = paths.get(id(layer))
        if path is None or inside_loop or threading.get_ident() != here:
            return call(layer, *args, **kwargs)
        if without_dropout and drops(layer):
            kwargs["training"] = False
        if isinstance(layer, looped):
            inside_loop.append(layer)
        shapes = tuple(getattr(leaf, "shape", None) for leaf in keras.tree.flatten(args))
        entered.append((path, tuple(tuple(shape) for shape in shapes if shape is not None)))
        try:
            output = call(layer, *args, **kwargs)
        finally:
            if inside_loop and inside_loop[-1] is layer:
                inside_loop.pop()
        entered.pop()
        note(path, layer, args, output)
        return output

    keras.layers.Layer.__call__ = noted
    try:
        yield
    finally:
        keras.layers.Layer.__call__ = call


def drops(layer: Any) -> bool:
    """Whether a layer zeroes or disturbs values at random in training."""
    return "Dropout" in type(layer).__name__ or type(layer).__name__ == "GaussianNoise"


def _noting_outputs(model: Any, noted: Rehearsal) -> contextlib.AbstractContextManager[None]:
    def note(_: str, layer: Any, __: Any, output: Any) -> None:
        if layer is model:
            noted.outputs = output

    return noting_layers(model, note, noted.entered)


@contextlib.contextmanager
def _noting_gradients(noted: Rehearsal) -> Iterator[None]:
    """Note what reaches the optimizer. Under loss scaling the true gradients come last."""
    from keras.src.optimizers.base_optimizer import BaseOptimizer
    from keras.src.optimizers.loss_scale_optimizer import LossScaleOptimizer

    here = backend.current()

    def watched(apply: Callable[..., Any]) -> Callable[..., Any]:
        def noting(optimizer: Any, grads: Any, trainable_variables: Any = None) -> Any:
            grads = list(grads)
            weights = trainable_variables
            if weights is None:
                weights = optimizer._trainable_variables  # noqa: SLF001
            for gradient, weight in zip(grads, weights, strict=False):
                path = getattr(weight, "path", weight.name)
                noted.gradients[path] = (
                    None
                    if gradient is None
                    else GradientSample(here.norm(gradient), here.sample(gradient))
                )
            return apply(optimizer, grads, trainable_variables)

        return noting

    owners = [kind for kind in (BaseOptimizer, LossScaleOptimizer) if "apply" in vars(kind)]
    originals = [(kind, vars(kind)["apply"]) for kind in owners]
    for kind, apply in originals:
        kind.apply = watched(apply)
    try:
        yield
    finally:
        for kind, apply in originals:
            kind.apply = apply
