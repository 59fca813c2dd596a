"""Other models of the user that share layers with the one that is trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nbdoctor.backend.keras_internals.structure import all_layers
from nbdoctor.capture.calls import FitCall
from nbdoctor.cell.namespace import models
from nbdoctor.readings.given import Namespace
from nbdoctor.readings.missing import does_not_apply
from nbdoctor.readings.reading import Moment, reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Sharing:
    """Models that hold the trained one, by the user's variables.

    Attributes
    ----------
    name : str
        The user's variable for the trained model, "" when there is none.
    part_of : tuple of str
        Models of which it is a part, as a critic is of a joint model.
    holds : tuple of str
        Models inside it that are compiled, too, as a joint model holds a critic.
    """

    name: str = ""
    part_of: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()

    @property
    def rival(self) -> str:
        """A model that is trained in turn with this one, "" for none."""
        return next(iter((*self.part_of, *self.holds)), "")


@reading(
    "the models that share layers",
    when=Moment.FIT_CALLED | Moment.LOOP_SEEN | Moment.CELL_ENDED,
    missing=does_not_apply("no model of a variable shares layers with this one"),
)
def sharing_of_call(call: FitCall, namespace: Namespace) -> Sharing | None:
    """The user's models that hold the one of the call; nothing of them is called."""
    return None if call.model is None else read_sharing(call.model, namespace)


def read_sharing(model: Any, namespace: Mapping[str, Any]) -> Sharing:
    """The same of any model."""
    known = list(models(namespace))
    names = [name for name, one in known if one is model]
    others = [(name, one) for name, one in known if one is not model]
    return Sharing(
        name=names[0] if names else "",
        part_of=tuple(name for name, one in others if _holds(one, model)),
        holds=tuple(name for name, one in others if _is_compiled(one) and _holds(model, one)),
    )


def _holds(outer: Any, model: Any) -> bool:
    return any(layer is model for layer in all_layers(outer, include_self=False))


def _is_compiled(model: Any) -> bool:
    return bool(getattr(model, "compiled", False))
