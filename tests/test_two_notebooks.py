"""Two notebooks that train on one device at the same time do not meet."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.running import MODEL

NOTEBOOK = """
import sys
from IPython.core.interactiveshell import InteractiveShell

shell = InteractiveShell.instance(colors="nocolor")
shell.run_line_magic("load_ext", "nbdoctor")
cell = sys.argv[1] + "history = model.fit(x, y, epochs=3, verbose=0).history['loss']"
print("ready", flush=True)
sys.stdin.readline()
for magic in ("# plain", "%%diagnose -q --budget 4 -o report"):
    assert shell.run_cell(f"{magic}\\n{cell}").success
    space = shell.user_ns
    weights = [weight.tolist() for weight in space["model"].get_weights()]
    print(repr((weights, space["history"], float(space["np"].random.random()))))
print(space["report"].faults, space["report"].checksum.untouched, bool(space["report"].notes))
"""


@pytest.mark.keras
def test_two_notebooks_on_one_device_train_as_without_the_magic() -> None:
    command = [sys.executable, "-c", NOTEBOOK, MODEL]
    pipe = subprocess.PIPE
    notebooks = [subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) for _ in range(2)]
    try:
        for notebook in notebooks:
            assert notebook.stdout is not None
            assert notebook.stdout.readline() == "ready\n"
        for notebook in notebooks:  # both are loaded: from here on they run side by side
            assert notebook.stdin is not None
            notebook.stdin.write("\n")
            notebook.stdin.flush()
        printed = [notebook.communicate(timeout=120)[0].splitlines() for notebook in notebooks]
    finally:
        for notebook in notebooks:
            notebook.kill()
    first, second = printed
    assert first == second
    assert first[0] == first[1]
    assert first[2] == "() True False"
