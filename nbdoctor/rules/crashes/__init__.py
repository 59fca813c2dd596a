"""The known error messages of Keras, explained; specific entries before general ones."""

from __future__ import annotations

from nbdoctor.rules.crashes.building import BUILDING
from nbdoctor.rules.crashes.calls import CALLS
from nbdoctor.rules.crashes.data import DATA
from nbdoctor.rules.crashes.entry import Entry
from nbdoctor.rules.crashes.labels import LABELS
from nbdoctor.rules.crashes.layers import LAYERS
from nbdoctor.rules.crashes.memory import MEMORY

DICTIONARY: tuple[Entry, ...] = (*LABELS, *DATA, *LAYERS, *BUILDING, *CALLS, *MEMORY)

__all__ = ["DICTIONARY", "Entry"]
