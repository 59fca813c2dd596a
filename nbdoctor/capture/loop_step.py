"""What was seen of one step of a loop: the models called, the losses, the gradients."""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable, Sequence
from typing import Any

from nbdoctor import backend
from nbdoctor.backend.keras_internals.structure import trainable_weights
from nbdoctor.backend.nodes import Differentiated
from nbdoctor.backend.patching import argument
from nbdoctor.capture.loop_account import LoopAccount
from nbdoctor.capture.observed_step import ObservedStep, comparison, owners_of, target_of
from nbdoctor.capture.strangers import answers_for_itself, is_known, known, known_or_none
from nbdoctor.errors.frames import calling_line
from nbdoctor.look.anatomy import Comparison
from nbdoctor.look.handing import handing_of, products
from nbdoctor.look.layer_calls import LayerOutputs, noting_layers
from nbdoctor.look.step_notes import numbers_of, sampled

ACCOUNT = "the account of the step"

Attempt = Callable[..., Any]
"""Runs a part of ours: `attempt(what it is called, function, *arguments)`."""


class LoopStep:
    """One step, from its first call of a model to its last update.

    Attributes
    ----------
    passes : dict of int to (LayerOutputs, inputs)
        By the id of the model that was called.
    compares : list of (loss, labels, predictions)
        Of losses of Keras.
    targets : list of (scalar, gradients)
    taped : list of Differentiated
        The same, with what was differentiated by.
    comparisons : list of Comparison
        What losses of Keras have compared and given.
    stale : bool
        Its updates are over: what is called next belongs to another step.
    unread : bool
        A model was called that cannot be asked, or on objects that cannot.
    account : LoopAccount
    """

    def __init__(self) -> None:
        self.account = LoopAccount()
        self.begin()

    def begin(self) -> None:
        """A new step begins."""
        self.passes: dict[int, tuple[LayerOutputs, Any]] = {}
        self.compares: list[tuple[Any, Any, Any]] = []
        self.targets: list[tuple[Any, list[Any]]] = []
        self.taped: list[Differentiated] = []
        self.comparisons: list[Comparison] = []
        self.stale = self.unread = False
        self.account.begin()

    def begin_if_stale(self) -> None:
        """Forget the step before, once its updates are over."""
        if self.stale:
            self.begin()

    def leave(self, seen: Sequence[Any]) -> None:
        """Let go of models that were seen, and of everything once only these were called.

        A step of several models makes several updates.
        """
        self.passes = {
            number: one
            for number, one in self.passes.items()
            if (model := one[0].model) is not None
            and trainable_weights(model)
            and not any(model is known for known in seen)
        }
        if not self.passes:
            self.begin()

    def compared(self, loss: Any, labels: Any, predicted: Any) -> None:
        """A loss of Keras was computed."""
        self.begin_if_stale()
        self.compares.append((loss, known_or_none(labels), predicted))

    def gave(self, comparison: Comparison) -> None:
        """A loss of Keras has given its value."""
        self.comparisons.append(comparison)
        self.account.compared(comparison.value)

    def differentiated(self, found: Differentiated) -> None:
        """A tape gave gradients."""
        self.account.differentiated(found)
        if found.is_scalar:
            self.targets.append((found.target, found.gradients))
            self.taped.append(found)

    def call(
        self,
        call: Callable[..., Any],
        model: Any,
        given: tuple[tuple[Any, ...], dict[str, Any]],
        attempt: Attempt,
        *,
        traced: bool,
    ) -> Any:
        """Call a model by `call`, and note what its layers do."""
        args, kwargs = given
        self.begin_if_stale()
        inputs = known(argument(args, kwargs, 0, "inputs"))
        if not is_known(inputs) or answers_for_itself(model):
            self.unread = True
            return call(model, *args, **kwargs)
        passed = LayerOutputs(of=weakref.ref(model))
        note = functools.partial(attempt, "watching the layers", self._note, passed)
        attempt(ACCOUNT, functools.partial(self.account.about_to_call, model, traced=traced))
        with noting_layers(model, note, []) as around:
            output = around(call)(model, *args, **kwargs)
        self.passes[id(model)] = (passed, inputs)
        attempt(ACCOUNT, self.account.called, model, kwargs, output)
        return output

    def _note(self, passed: LayerOutputs, path: str, layer: Any, inputs: Any, output: Any) -> None:
        import keras

        leaves = keras.tree.flatten(output)
        if any(isinstance(leaf, keras.KerasTensor) for leaf in leaves):
            return  # the model is built by this call
        passed.note(path, layer, inputs, output)
        self.account.modes.note(layer, inputs, output)

    def update(
        self, optimizer: Any, weights: list[Any], seen: Sequence[Any], *, traced: bool
    ) -> list[ObservedStep]:
        """The step that `optimizer` is about to make, for each model that it moves."""
        if not self.passes:
            return []
        self.account.handed(weights)
        owners = owners_of(self.passes.values(), seen, weights)
        return [self._step(optimizer, *owner, traced=traced) for owner in owners]

    def _step(
        self, optimizer: Any, passed: LayerOutputs, inputs: Any, *, traced: bool
    ) -> ObservedStep:
        step = ObservedStep(
            model=passed.model,
            optimizer=optimizer,
            iterations=int(backend.current().values.now(optimizer.iterations)),
            inputs=inputs,
            line=calling_line(),
            rehearsed=traced,
        )
        step.noted.passed = passed
        step.loss_function, step.labels = comparison(self.compares, passed)
        return step

    def note_gradients(self, step: ObservedStep, gradients: list[Any], weights: list[Any]) -> None:
        """Note those of the model of the step."""
        target = target_of(self.targets, gradients)
        step.noted.loss = None if target is None else float(target)
        step.compared = [float(one.value) for one in self.comparisons if _is_number(one.value)]
        own = {id(one) for one in trainable_weights(step.model)}
        pairs = [pair for pair in zip(gradients, weights, strict=False) if id(pair[1]) in own]
        mine, of = [one for one, _ in pairs], [one for _, one in pairs]
        step.noted.gradients.update(numbers_of(sampled(mine, of)))
        step.noted.handing = handing_of(products(mine, of, self.taped))


def _is_number(value: Any) -> bool:
    return backend.current().values.is_concrete(value) and getattr(value, "shape", None) == ()
