"""Four notebooks, and how they are checked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nbdoctor.headless.notebooks import Checking, check_notebook
from nbdoctor.report.checked import Checked

DATA = """\
import keras, numpy as np
keras.utils.set_random_seed(3)
x = np.random.normal(size=(1000, 4)).astype("float32")
y = (x[:, 0] > 0).astype("float32")"""

TRAIN = """\
%%time

model = keras.Sequential(
    [keras.Input((4,)), keras.layers.Dense(8, activation="relu"), {head}]
)
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=50, verbose=0)  # nbdoctor: allow too-few-steps
"""

NOTEBOOKS = {
    "faulty": (
        "# Größen",
        DATA,
        TRAIN.format(head='keras.layers.Dense(1, activation="softmax")'),
        "predicted = model.predict(x, verbose=0)\nassert len(predicted) == len(y)",
    ),
    "fine": ("# Fine", DATA, TRAIN.format(head='keras.layers.Dense(1, activation="sigmoid")')),
    "raises": (
        "# Raises",
        "values = {'größe': 1}",
        "\n\n!echo hello\nvalues['length']",
        "print('never')",
    ),
    "times_out": ("# Waits", "import time\n\nfor _ in range(60):\n    time.sleep(1)"),
}
"""The first cell of each is text."""


def written(path: Path, *sources: str, tags: Mapping[int, str] | None = None, **about: Any) -> Path:
    """A notebook in the way JupyterLab writes it; `tags` by the number of the cell."""
    cells: list[dict[str, Any]] = [
        {
            "cell_type": "code" if place else "markdown",
            "id": f"cell-{place}",
            "metadata": {"tags": [tags[place + 1]]} if tags and place + 1 in tags else {},
            "source": source.splitlines(keepends=True),
            **({"outputs": [], "execution_count": None} if place else {}),
        }
        for place, source in enumerate(sources)
    ]
    notebook = {"cells": cells, "metadata": about, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def write_books(folder: Path) -> None:
    for name, sources in NOTEBOOKS.items():
        written(folder / f"{name}.ipynb", *sources)


def check_books(folder: Path) -> dict[str, Checked]:
    """Each of them checked; a kernel with TensorFlow takes seconds, so once is enough."""
    return {
        name: check_notebook(
            folder / f"{name}.ipynb",
            f"my books/{name}.ipynb",
            Checking(timeout=1.0 if name == "times_out" else 300.0),
        )
        for name in NOTEBOOKS
    }
