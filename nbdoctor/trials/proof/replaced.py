"""Methods of Keras that a copy is made or trained by, where other code has replaced one."""

from __future__ import annotations

from nbdoctor.capture.replaced import replaced_in
from nbdoctor.trials.proof.values import keras_classes

NOT_CALLED = frozenset({"evaluate", "export", "fit", "load_weights", "predict", "save"})
"""Methods that no copy is made or trained by."""


def replaced_part(*, fits: bool = False) -> str:
    """Return a method of any class of Keras that is others' code now, "" where there is none.

    A copy is made and trained by Keras's methods: what was put in their place would run again.

    Parameters
    ----------
    fits : bool
        Whether `fit` itself is to be called.
    """
    unused = NOT_CALLED - {"fit"} if fits else NOT_CALLED
    found = (name for kind in keras_classes() for name in replaced_in(kind))
    return next((name for name in found if name.rpartition(".")[2] not in unused), "")
