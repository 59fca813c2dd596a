"""Faults in the order of axes and of time: reshapes, states, windows, labels of other rows."""

from __future__ import annotations

import re

from tests.benchmarks.mutations import before_fit, mutation

SIGNAL = "    layers.Input((32, 1)),"
"""How the models of signals in the zoo begin."""

TWO_CHANNELS = """x = np.concatenate([x, np.abs(x)], axis=-1)
x = x.transpose(0, 2, 1)
x = x.reshape(len(x), 32, 2)
"""
LAST_CELL = re.compile(r"(?s)\A(.*layers\.(?:LSTM|GRU)\(\d+)(.*)\Z")
FIT = re.compile(r"^model\.fit\((.*)\)$", re.MULTILINE)
DEALT = """order = np.random.default_rng(0).permutation(len(x))
x, y = x[order], y[order]
"""


def exchanged_axes(source: str) -> str:
    """Signals of two channels, with the channels first, and back by a reshape."""
    if SIGNAL not in source:
        return source
    source = source.replace(SIGNAL, "    layers.Input((32, 2)),")
    return source.replace("\nmodel = ", f"\n{TWO_CHANNELS}model = ", 1)


def stateful(source: str) -> str:
    """The last recurrent layer goes on with its state, and `fit` shuffles."""
    found = LAST_CELL.match(source)
    if found is None or SIGNAL not in source:
        return source
    source = f"{found[1]}, stateful=True{found[2]}"
    source = source.replace(SIGNAL, "    layers.Input((32, 1), batch_size=30),")
    return FIT.sub(r"model.fit(\1, batch_size=30)", source)


def dealt_windows(source: str) -> str:
    """Windows of one series, dealt at random before a part of them judges."""
    if "np.stack([series[" not in source or not FIT.search(source):
        return source
    more = "" if "validation_data" in source else ", validation_split=0.2"
    return FIT.sub(rf"{DEALT}model.fit(\1{more})", source)


ORDER = [
    mutation("time and channels exchanged by a reshape", exchanged_axes, "scrambled-axes"),
    mutation("shuffled rows for a layer that keeps its state", stateful, "shuffled-stateful"),
    mutation(
        "windows of a series dealt before the split",
        dealt_windows,
        "near-duplicate-validation-rows",
        "rows-out-of-time-order",
    ),
    mutation(
        "the labels of the next rows",
        before_fit("y = np.roll(y, -1, axis=0)", words=True),
        "rows-off-by-one",
        "signal-not-found rows-shuffled-apart contradicted-labels",
    ),
]
