"""Copy a live model from its parts, with first weights of its own.

No line of the cell is run for it. Layers of Keras are made from their config; classes of the
user's only where they are proved to only compute. What is trained starts from weights that its own
initializers draw; what is frozen, and backbones of `keras.applications`, keep theirs.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Sequence
from typing import Any

from nbdoctor.backend.keras_internals.structure import inside, is_trainable, rebuild, set_trainable
from nbdoctor.trials.copying.objects.changes import COMPILED
from nbdoctor.trials.copying.objects.edits import (
    AdaptLayer,
    AddLayer,
    Compile,
    Edit,
    RemoveLayer,
    ReplaceLayer,
    SetArguments,
    SetTrainable,
)
from nbdoctor.trials.copying.objects.fitted import AsFitted, is_model, layers_of, own_layers
from nbdoctor.trials.copying.objects.parts import config_of, fresh, from_config, require_known
from nbdoctor.trials.proof.values import is_of_keras
from nbdoctor.trials.refusal import refuse

Evaluate = Callable[[ast.expr], Any]
"""The value of an expression of a patch, which is proved to only compute."""

KEPT = "an initializer of your own draws the first weights of `{}`, so they are not known"


def copied_model(
    fitted: AsFitted, edits: Sequence[Edit], evaluate: Evaluate, unused: Collection[str] = ()
) -> Any:
    """Copy a model with fresh first weights, and with the edits.

    Parameters
    ----------
    fitted : AsFitted
    edits : sequence of Edit
    evaluate : callable
        See `Evaluate`.
    unused : collection of str
        Methods that are not called on the copy, of a class of the user's.

    Raises
    ------
    UntriedError
        A part of it cannot be copied.
    """
    copy = _Copy(fitted, edits, evaluate, unused).whole()
    if not fitted.compiled:
        return copy
    _compile(copy, fitted, edits, evaluate)
    return copy


class _Copy:
    """Copies one model."""

    def __init__(
        self,
        fitted: AsFitted,
        edits: Sequence[Edit],
        evaluate: Evaluate,
        unused: Collection[str] = (),
    ) -> None:
        self.fitted, self.evaluate, self.unused = fitted, evaluate, unused
        self.places = {id(layer): at for at, layer in enumerate(fitted.layers)}
        self.edits: dict[int, list[Edit]] = {}
        self.last: list[AddLayer] = []
        for edit in edits:
            at = edit.before if isinstance(edit, AddLayer) else vars(edit).get("layer")
            if at is not None:
                self.edits.setdefault(at, []).append(edit)
            elif isinstance(edit, AddLayer):
                self.last.append(edit)
        self.made: dict[int, Any] = {}

    def whole(self) -> Any:
        """Copy the model, built where the live one is, with the weights that are kept."""
        model = self.fitted.model
        if is_model(model):
            copy = self._model(model)
        else:
            if any(self.edits.values()) or self.last:
                refuse("the layers of a model of your own class cannot be changed from outside")
            require_known(model, self.unused)
            for at, layer in enumerate(self.fitted.layers):
                require_known(layer)
                self._require_own_initializers(layer)
                if self._is_kept(at, layer) and layer.weights:
                    refuse(f"`{layer.name}`, in a model of your own class, keeps its weights")
            copy = from_config(model, config_of(model))
        self._keep_weights()
        return copy

    def _model(self, model: Any) -> Any:
        import keras

        if type(model) is keras.Sequential:
            return self._sequential(model)
        return self._functional(model)

    def _sequential(self, model: Any) -> Any:
        import keras

        copy = keras.Sequential(name=model.name)
        layers = inside(model)
        if layers and type(layers[0]) is keras.layers.InputLayer:
            copy.add(keras.layers.InputLayer.from_config(layers[0].get_config()))
        is_whole = model is self.fitted.model
        for layer in own_layers(model):
            for one in (*self._before(layer), self._layer(layer)):
                if one is not None:
                    copy.add(one, rebuild=False)
        for edit in self.last if is_whole else ():
            copy.add(self._added(edit), rebuild=False)
        rebuild(copy)  # as `Sequential([...])` does at the end
        return copy

    def _functional(self, model: Any) -> Any:
        import keras

        if self.last and model is self.fitted.model:
            refuse("a layer cannot be added after the last one of a functional model")

        def called(layer: Any, *given: Any, **named: Any) -> Any:
            origin = self.origins.get(id(layer))
            if origin is None:
                return layer(*given, **named)
            for one in self._before(origin):
                given = (one(given[0]), *given[1:])
            gone = any(isinstance(edit, RemoveLayer) for edit in self._edits_of(origin))
            return given[0] if gone else layer(*given, **named)

        # `clone_model` compiles a clone by the names of what `compile` was given, and a function of
        # the user's has none that Keras knows. A model of the same layers was never compiled.
        bare = keras.Model(model.input, model.output, name=model.name)
        return keras.models.clone_model(bare, clone_function=self._cloned, call_function=called)

    @property
    def origins(self) -> dict[int, Any]:
        """The live layers by the identity of their copies."""
        by_id = {id(layer): layer for layer in self.fitted.layers}
        return {id(copy): by_id[at] for at, copy in self.made.items()}

    def _cloned(self, layer: Any) -> Any:
        copy = self._layer(layer)
        if copy is not None:
            return copy
        import keras

        gone = self.made[id(layer)] = keras.layers.Identity()  # it is not called
        return gone

    def _edits_of(self, layer: Any) -> list[Edit]:
        return self.edits.get(self.places.get(id(layer), -1), [])

    def _before(self, layer: Any) -> list[Any]:
        return [self._added(one) for one in self._edits_of(layer) if isinstance(one, AddLayer)]

    def _added(self, edit: AddLayer) -> Any:
        made = self.evaluate(edit.made)
        if edit.adapted_to is not None:
            made.adapt(self.evaluate(edit.adapted_to))
        return made

    def _layer(self, layer: Any) -> Any:
        """Copy a layer; None where it is taken out."""
        if id(layer) in self.made:
            return self.made[id(layer)]
        edits = self._edits_of(layer)
        if any(isinstance(one, RemoveLayer) for one in edits):
            return None
        if is_model(layer):
            copy = self._model(layer)
        else:
            if is_of_keras(layer):
                self._require_own_initializers(layer)
            require_known(layer)
            self._require_own_initializers(layer)
            copy = self._edited(layer, edits)
        if id(layer) in self.places:
            set_trainable(copy, self.fitted.trainable[self.places[id(layer)]])
        for one in edits:
            if isinstance(one, SetTrainable):
                copy.trainable = self.evaluate(one.value)
            elif isinstance(one, AdaptLayer):
                copy.adapt(self.evaluate(one.rows))
        self.made[id(layer)] = copy
        return copy

    def _edited(self, layer: Any, edits: Sequence[Edit]) -> Any:
        config = config_of(layer)
        for edit in edits:
            if isinstance(edit, ReplaceLayer):
                return self.evaluate(edit.made)
            if isinstance(edit, SetArguments):
                for name, value in edit.values.items():
                    if value is None:
                        config.pop(name, None)
                    else:
                        config[name] = self.evaluate(value)
        return from_config(layer, config)

    def _require_own_initializers(self, layer: Any) -> None:
        """Refuse a layer whose first weights are drawn by what is none of Keras's."""
        at = self.places.get(id(layer))
        if at is not None and self._is_kept(at, layer):
            return
        for name, value in vars(layer).items():
            if name.endswith("initializer") and value is not None and not is_of_keras(value):
                refuse(KEPT.format(layer.name))

    def _keep_weights(self) -> None:
        """Give the copy what it does not draw anew."""
        for at, layer in enumerate(self.fitted.layers):
            copy = self.made.get(id(layer))
            if copy is None or is_model(layer) or not layer.weights:
                continue
            if any(not isinstance(one, AddLayer) for one in self.edits.get(at, ())):
                continue
            if self._is_kept(at, layer):
                if not self.fitted.trainable[at] and is_trainable(layer):
                    refuse(f"`{layer.name}` was frozen when `fit` was called, and no longer is")
                if not copy.built:
                    copy.build_from_config(layer.get_build_config())
                copy.set_weights(layer.get_weights())
                if hasattr(copy, "finalize_state"):
                    copy.finalize_state()

    def _is_kept(self, at: int, layer: Any) -> bool:
        """Whether training does not draw or change what a layer holds."""
        return (
            not self.fitted.trainable[at]
            or not layer.trainable_variables
            or any(id(layer) in inside for inside in self._backbones())
        )

    def _backbones(self) -> list[set[int]]:
        models = [one for one in (self.fitted.model, *self.fitted.layers) if is_model(one)]
        return [{id(one) for one in layers_of(m)} for m in models if is_application(m.name)]


def is_application(name: str) -> bool:
    """Whether a model is named as those of `keras.applications` are."""
    import keras

    plain = name.lower().replace("_", "").replace("-", "")
    families = (one.lower() for one in vars(keras.applications) if one[:1].isupper())
    plainer = (one.removesuffix("large").removesuffix("small") for one in families)
    return any(plain.startswith(one) for one in plainer)


def _compile(copy: Any, fitted: AsFitted, edits: Sequence[Edit], evaluate: Evaluate) -> None:
    changed: dict[str, ast.expr | None] = {}
    for edit in edits:
        if isinstance(edit, Compile):
            changed |= edit.values
    given = {
        name: fresh(value, fitted.optimizer if name == "optimizer" else None)
        for name, value in fitted.compiled.items()
        if name not in changed and name in (*COMPILED, "steps_per_execution", "jit_compile")
    }
    given |= {name: evaluate(value) for name, value in changed.items() if value is not None}
    copy.compile(**given)
