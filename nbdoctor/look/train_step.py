"""The model's own training step, by the trace that training makes of it, on copies of its state."""

from __future__ import annotations

import math
import weakref
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from nbdoctor import backend
from nbdoctor.backend.engine import Step
from nbdoctor.backend.keras_internals.structure import (
    all_layers,
    frozen_weights,
    trainable_weights,
    variables,
)
from nbdoctor.backend.parts import Edge
from nbdoctor.errors.guard import attempt
from nbdoctor.look.account import StepAccount, account_of, raw
from nbdoctor.look.anatomy import Anatomy, Term
from nbdoctor.look.called_modes import has_averaged_on_copies
from nbdoctor.look.expression import Expression
from nbdoctor.look.handing import handing_of, products
from nbdoctor.look.layer_calls import LayerOutputs
from nbdoctor.look.movement import Change, changes_of_copies
from nbdoctor.look.rivals import rivals_in
from nbdoctor.look.step_notes import Rehearsal, numbers_in, numbers_of, sampled
from nbdoctor.look.step_trace import StepTrace
from nbdoctor.look.training_mode import differs_in_training, loops

ONLY_PARTS = "the model has no `call`, so that only its parts can be examined"

NOT_SHOWN = "it cannot be seen from outside the step, and your own code would have to run again"


def has_call(model: Any) -> bool:
    """Whether `model` can be called; adversarial pairs in one model often cannot."""
    import keras

    return type(model).call is not keras.Model.call


def has_own_step(model: Any) -> bool:
    """Whether `model` has a `train_step` of its own."""
    import keras

    return type(model).train_step is not keras.Model.train_step


def is_same_in_training(model: Any) -> bool:
    """Whether `model` computes the same in training and in `predict`."""
    differs = any(differs_in_training(one) for one in all_layers(model))
    return not (has_own_step(model) or differs)


def better_as_graph(model: Any) -> bool:
    """Whether passes through `model` are faster traced than op by op."""
    return not model.run_eagerly and not backend.current().state.runs_eagerly() and loops(model)


class CopiedStep:
    """A traced step of a model, run on copies of all that it reads or writes.

    Parameters
    ----------
    trace : StepTrace
    batch : Any
        As `fit` hands it to the step; the step takes others like it, too.

    Raises
    ------
    RefusedError
        Of the backend: the step acts on a state of which no copy can be made.
    """

    def __init__(self, trace: StepTrace, batch: Any) -> None:
        here = backend.current().steps
        self._model, self.entered = weakref.ref(trace.model), trace.entered
        graph = here.graph_taking(batch, trace.symbols)
        self._passed = _outputs(trace, graph, batch)
        self._optimizers = [optimizer for optimizer, *_ in trace.updates]
        self._updates = [one for one in trace.updates if here.is_in(graph, one[1])]
        self.gradients_known = bool(self._updates) or not trace.updates
        targets = [one for one in trace.targets if here.is_in(graph, [one])]
        self._target = targets[0] if len(targets) == 1 and self._updates else None
        self._taped = [one for one in trace.taped if here.is_in(graph, [one.target])]
        self._rivals = attempt(rivals_in, self._taped, trace.seen.outermost, graph)
        added = {id(one): one for one in trace.added if here.is_in(graph, [one])}
        self.anatomy = self._anatomy_of(trace, graph)
        self._told: Callable[[], StepAccount | None]
        self._shadow = here.shadow(graph, self._also([*added.values()]))
        self._told = partial(_account, trace, graph, targets, self._shadow)

    @property
    def model(self) -> Any:
        """The model, None where it is gone."""
        return self._model()

    def __call__(self, batch: Any, noted: Rehearsal | None = None) -> Rehearsal:
        """Make one step on `batch`, from where the copies are."""
        noted = noted if noted is not None else Rehearsal()
        noted.entered = self.entered
        logs, (samples, tensors, added, target, terms, handed, rivals) = self._shadow(batch)
        noted.handing = handing_of(handed)
        noted.rivalry = self._rivals.told(rivals) if self._rivals and rivals else None
        noted.passed = self._passed.with_tensors(tensors)
        noted.logs = numbers_in(logs)
        noted.loss = noted.logs.get("loss")
        if target is not None:
            noted.target = _total(target) / _scale(self._updates[0][0])
        noted.terms = self.anatomy.told(terms)
        noted.penalty = penalty_of_weights(self.model) + sum(map(_total, added))
        used = {id(one): one for one in self._optimizers}
        noted.optimizers = [one for one in used.values() if not hasattr(one, "inner_optimizer")]
        for (optimizer, _, _), group in zip(self._updates, samples, strict=True):
            noted.gradients.update(_unscaled(numbers_of(group), _scale(optimizer)))
        return noted

    def account(self) -> StepAccount | None:
        """What the step does beyond its updates, once it was made; told once."""
        told, self._told = self._told, lambda: None
        return told()

    def slopes(self, batch: Any, terms: Sequence[Term], weights: Sequence[Any]) -> Any:
        """Norms of the gradient of each term by each weight, as the model is now."""
        parts = backend.current().parts

        def also() -> Any:
            values = [sum((one.value() for one in term.summands), start=0.0) for term in terms]
            return parts.slopes(values, [weight.value for weight in weights])

        found = self._beside(batch, also)
        return [[float(norm) for norm in norms] for norms in found]

    def at_edges(self, batch: Any) -> list[tuple[Edge, int, int]]:
        """How many values of `batch` come to each edge of the loss, as the model is now."""
        edges, parts = self.anatomy.edges(), backend.current().parts
        found = self._beside(batch, lambda: [parts.closest(one) for one in edges])
        return [(edge, int(there), int(of)) for edge, (there, of) in zip(edges, found, strict=True)]

    def puts_out(self, batch: Any) -> list[Any]:
        """What the model, or the last of its parts, puts out in the step, as it is now."""
        found = self._beside(batch, lambda: self.anatomy.final)
        return list(found)

    def over_steps(
        self, batch: Any, counts: Sequence[Any], kept: Sequence[Any], most: int, enough: int
    ) -> tuple[list[int], list[float]]:
        """Make steps on `batch` from the model as it is; afterwards the copies begin again.

        Parameters
        ----------
        batch : Any
        counts, kept : sequence of variables of the backend
            A counter of updates, and what is followed.
        most : int
            Steps.
        enough : int
            Updates after which no further step is made.

        Returns
        -------
        (list of int, list of float)
            After each step the updates made since the first, and the norm of what is followed.
            Empty where the step does not touch these.
        """
        copies = [self._shadow.copy_of(one) for one in (*counts, *kept)]
        if any(one is None for one in copies):
            return [], []
        values, (counter, *followed) = backend.current().values, copies
        made, norms = list[int](), list[float]()
        self.restart()
        start = int(values.sample(counter).item())
        while len(made) < most and (not made or made[-1] < enough):
            self._shadow(batch)
            made.append(int(values.sample(counter).item()) - start)
            norms.append(math.sqrt(sum(float(values.product(one, one)) for one in followed)))
        self.restart()
        return made, norms

    def _beside(self, batch: Any, also: Callable[[], Any]) -> Any:
        """What else the graph of the step tells of `batch`, on copies of its own."""
        here = backend.current().steps
        _, found = here.shadow(here.graph_of(self.anatomy.total), also)(batch)
        return found

    def changes(self) -> dict[str, Change]:
        """How far the copies of the trainable weights are from the weights, by path."""
        return changes_of_copies(self.model, self._shadow)

    def restart(self) -> None:
        """Begin again from the model as it is now."""
        self._shadow.restart()

    def reseed(self) -> None:
        """Let the next step draw other random numbers than the model would."""
        for variable in variables(self.model):
            copy = self._shadow.copy_of(variable.value)
            if copy is not None and "seed" in variable.path:
                copy.assign_add(backend.current().values.ones_like(copy))

    def _also(self, added: list[Any]) -> Any:
        def also() -> Any:
            samples = [sampled(grads, weights) for _, grads, weights in self._updates]
            terms = self.anatomy.values()
            rivals = attempt(self._rivals.slopes) if self._rivals else None
            passed = self._passed.tensors()
            return samples, passed, added, self._target, terms, self._handed(), rivals

        return also

    def _handed(self) -> Any:
        """How the one optimizer of the user's own step is given its gradients."""
        if len(self._updates) != 1 or not has_own_step(self.model):
            return None
        ((optimizer, gradients, weights),) = self._updates
        if hasattr(optimizer, "inner_optimizer"):
            return None
        return attempt(products, gradients, weights, self._taped)

    def _anatomy_of(self, trace: StepTrace, graph: Any) -> Anatomy:
        """The loss of the step taken apart, as far as its trace tells."""

        def known(tensors: Any) -> bool:
            return backend.current().steps.is_in(graph, tensors)

        calls = [(path, output) for path, _, _, output in trace.calls]
        given = self._target, self._passed.final, calls, trace.compared, trace.added
        found = attempt(Anatomy, *given, known)
        return found if found is not None else Anatomy()


def _outputs(trace: StepTrace, graph: Any, batch: Any) -> LayerOutputs:
    """What the layers and the model return in this graph, of the last of its traces."""
    import keras

    passed = LayerOutputs(of=weakref.ref(trace.model))
    for path, layer, inputs, output in trace.calls:
        leaves = [leaf for leaf in keras.tree.flatten(output) if leaf is not None]
        if backend.current().steps.is_in(graph, leaves):
            passed.note(path, layer, inputs, output)
    passed.limit(int(keras.tree.flatten(batch)[0].shape[0]))
    return passed.only(lambda tensor: backend.current().steps.is_in(graph, [tensor]))


def _account(
    trace: StepTrace, graph: Any, targets: Sequence[Any], shadow: Step
) -> StepAccount | None:
    """What the step does, by its operations; None of Keras's own that leaves no variable out."""
    here = backend.current().expressions
    handed = {id(one) for one in trace.seen.handed}
    frozen = {id(one) for one in raw(frozen_weights(trace.model))}
    keys = (here.key(one.value) for one in trace.compared)
    trace.seen.compared = [one for one in keys if one is not None]
    trace.seen.watched = [one for one in trace.seen.watched if id(one) not in frozen]
    if not has_own_step(trace.model) and all(id(one) in handed for one in trace.seen.watched):
        return None
    traced = [(here.traced(one), str(here.key(one))) for one in targets]
    expressions = [Expression(nodes, key) for nodes, key in traced if nodes]
    account = account_of(trace.seen, expressions, graph)
    return trace.modes.told(
        account, trace.model, lambda layer: has_averaged_on_copies(layer, shadow)
    )


def _total(loss: Any) -> float:
    """A loss as training makes it smaller: one of each row counts as their sum."""
    return float(np.sum(np.asarray(loss)))


def _scale(optimizer: Any) -> float:
    """What an optimizer that scales the loss multiplies it by; 1 for others."""
    return float(getattr(optimizer, "dynamic_scale", 1.0))


def _unscaled(gradients: Mapping[str, Any], scale: float) -> dict[str, Any]:
    if scale == 1.0:
        return dict(gradients)
    for sample in gradients.values():
        if sample is not None:
            sample.norm, sample.values = sample.norm / scale, sample.values / scale
    return dict(gradients)


def penalty_of_weights(model: Any) -> float:
    """What regularizers of weights add to the loss; NaN where one is the user's, and is not run."""
    import keras

    given = [one for one in trainable_weights(model) if one.regularizer is not None]
    if any(not type(one.regularizer).__module__.startswith("keras.") for one in given):
        return math.nan
    return sum((float(keras.ops.sum(one.regularizer(one))) for one in given), start=0.0)
