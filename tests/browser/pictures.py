"""Takes the pictures of the README anew: `python -m tests.browser.pictures`.

Each is the panel under a cell that is run in a real JupyterLab, with the installed nbdoctor.
"""

from __future__ import annotations

import contextlib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, sync_playwright

from tests.browser import conftest as lab_of_tests

FOLDER = Path(__file__).parents[2] / "demo_notebooks"

WIDTH, TALL = 1120, 2400
"""Pixels of the page: as wide as the text of the README twice, and higher than any panel."""

THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}

DATA = """\
%load_ext nbdoctor
import keras
from sklearn.datasets import load_digits
x, y = load_digits(return_X_y=True)
x_train, x_test, y_train, y_test = x[:1400] / 16, x[1400:] / 16, y[:1400], y[1400:]
keras.utils.set_random_seed(0)
"""

SIGMOID = """\
%%diagnose
model = keras.Sequential([keras.Input(shape=(64,))])
for _ in range(10):
    model.add(keras.layers.Dense(64, activation="sigmoid"))
model.add(keras.layers.Dense(10, activation="softmax"))
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=5, validation_data=(x_test, y_test), verbose=0)
"""

LOOP = """\
%%diagnose
import tensorflow as tf
hidden = keras.layers.Dense(64, activation="relu")
model = keras.Sequential([keras.Input(shape=(64,)), hidden, keras.layers.Dense(10)])
optimizer = keras.optimizers.Adam(3.0)
loss_of = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
for _ in range(3):
    for start in range(0, len(x_train), 32):
        rows = slice(start, start + 32)
        with tf.GradientTape() as tape:
            loss = loss_of(y_train[rows], model(x_train[rows], training=True))
        weights = model.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
"""


@dataclass(frozen=True)
class Picture:
    """A cell whose panel is shown, and what the panel has to say for the picture to be taken."""

    name: str
    cell: str
    says: str


PICTURES = (
    Picture("panel", SIGMOID, "vanishing-gradient"),
    Picture("cause", LOOP, "cause-by-experiment"),
)


def take(picture: Picture, opened: Any, lab: Any) -> None:
    """Run the cell and write its panel in each theme."""
    lab.write(f"{picture.name}.ipynb", DATA, picture.cell)
    notebook = opened(f"{picture.name}.ipynb", width=WIDTH, height=TALL)
    notebook.page.set_default_timeout(300_000)
    notebook.run_all()
    panel = notebook.page.locator(".nbd-Output")
    panel.get_by_text(picture.says).first.wait_for()
    for theme, name in THEMES.items():
        notebook.do("apputils:change-theme", theme=name)
        notebook.page.locator(f'body[data-jp-theme-name="{name}"]').wait_for(state="attached")
        notebook.page.mouse.move(0, 0)
        _shoot(panel, FOLDER / f"{picture.name}-{theme}.png")


def _shoot(panel: Locator, path: Path) -> None:
    panel.scroll_into_view_if_needed()
    panel.screenshot(path=path, animations="disabled")


def main() -> None:
    """Take all of them."""
    made: Any = lab_of_tests
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        lab = stack.enter_context(made.served(Path(folder)))
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(
            executable_path=made.found_browser(playwright), args=made.QUIET
        )
        for picture in PICTURES:
            with made.opening(lab, browser) as opened:
                take(picture, opened, lab)
        browser.close()


if __name__ == "__main__":
    main()
