"""A checksum of what training starts from."""

from __future__ import annotations

import random
import zlib
from typing import Any

import numpy as np

from nbdoctor import backend
from nbdoctor.backend.keras_internals.names import declared
from nbdoctor.backend.keras_internals.structure import variables


def digest(model: Any) -> str:
    """Checksum of the model's variables, of its optimizer's, and of all random state.

    Two digests agree only if weights, statistics, seeds, slots and every generator are the same
    bit for bit.
    """
    here = backend.current().state
    checksum: int = here.digest([*variables(model), *_of_optimizer(model)])
    numpy = np.random.get_state(legacy=False)  # noqa: NPY002  (the state that users' code draws on)
    text = repr((checksum, random.getstate(), here.random_state(), sorted(numpy.items(), key=str)))
    keys = numpy["state"]["key"] if "key" in numpy["state"] else np.zeros(0)
    return f"{zlib.crc32(text.encode(), zlib.crc32(keys.tobytes())):08x}"


def digest_of_weights(model: Any) -> str:
    """Checksum of the model's variables alone."""
    return f"{backend.current().state.digest(variables(model)):08x}"


def _of_optimizer(model: Any) -> list[Any]:
    """Variables of the optimizer: its slots are there once they were made."""
    optimizer = vars(model).get("optimizer")
    inner = declared(optimizer, "inner_optimizer")
    return [one for part in (optimizer, inner) for one in declared(part, "variables", ())]
