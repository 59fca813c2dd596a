"""The crash dictionary: what Keras's error messages mean, the particular before the general."""

from __future__ import annotations

from nbdoctor.rules.crashes.calls import CALLS
from nbdoctor.rules.crashes.data import DATA
from nbdoctor.rules.crashes.entry import Entry
from nbdoctor.rules.crashes.labels import LABELS
from nbdoctor.rules.crashes.layers import LAYERS

DICTIONARY: tuple[Entry, ...] = (*LABELS, *DATA, *LAYERS, *CALLS)

__all__ = ["DICTIONARY", "Entry"]
