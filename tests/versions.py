"""Run a quick part of the tests with older versions of Keras and TensorFlow.

`python tests/versions.py [FOLDER] [--only PAIR ...] [--part TEST ...]` makes a virtual environment
for each pair of `PAIRS` in FOLDER, where they stay for the next time (without it in one that is
deleted at the end), and prints a table. Python 3.11 or newer; pip downloads some 300 MB for a pair.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import tomllib

ROOT = Path(__file__).resolve().parents[1]

PAIRS = {
    "oldest": ("==3.6.*", "==2.18.*"),
    "middle": ("==3.10.*", "==2.19.*"),
    "newest": (">=3.6", ">=2.18"),
}
"""Keras and TensorFlow: the oldest that pyproject.toml allows, a pair between, what pip takes."""

TOOLS = ("hypothesis", "nbclient", "nbformat", "pandas", "pytest")
"""What the quick part needs beside the dependencies of nbdoctor."""

PART = (
    "tests/backend/test_internals.py",
    "tests/backend/tensorflow",
    "tests/look",
    "tests/capture/test_fit.py",
    "tests/readings/test_head.py",
    "tests/readings/test_metrics.py",
    "tests/readings/test_wiring.py",
    "tests/trials/test_isolation.py",
    "tests/trials/copying/objects",
    "tests/test_diagnose.py",
    "tests/test_cells.py",
    "tests/test_patched_cells.py",
)
"""The quick part: what touches Keras and TensorFlow themselves, and some whole cells."""

CELL = """%%diagnose -q -o report
import keras, numpy as np
x = np.random.default_rng(0).normal(size=(64, 4)).astype("float32")
y = (x[:, 0] > 0).astype("int32")
layers = [keras.Input((4,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(2, "softmax")]
model = keras.Sequential(layers)
model.compile("adam", "sparse_categorical_crossentropy", ["accuracy"])
model.fit(x, y, epochs=2, verbose=0)
"""

TOLD = f"""
import platform, keras, tensorflow
from IPython.core.interactiveshell import InteractiveShell
from nbdoctor.backend.keras_internals.names import missing_internals
shell = InteractiveShell.instance()
shell.run_line_magic("load_ext", "nbdoctor")
shell.run_cell({CELL!r})
report = shell.user_ns["report"]
lost = [*map(str, missing_internals()), *report.notes, *(one.part for one in report.faults)]
versions = [keras.__version__, tensorflow.__version__, platform.python_version()]
print("TOLD", *versions, "; ".join(lost) or "nothing", sep="\\t")
"""
"""Prints the versions, and what a plain cell loses with them."""

COUNTED = ("passed", "failed", "skipped")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the tests with one pair of versions."""

    keras: str
    tensorflow: str
    python: str
    passed: int
    failed: int
    skipped: int
    lost: str


def requirements(keras: str, tensorflow: str) -> list[str]:
    """What to install: the dependencies of nbdoctor with these versions in place of its own."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    others = [one for one in project["dependencies"] if not one.startswith("keras")]
    of_tensorflow = [
        re.sub(r">=[\d.]+", tensorflow, one) for one in project["optional-dependencies"]["cpu"]
    ]
    return [*others, *TOOLS, f"keras{keras}", *of_tensorflow]


def python_of(place: Path, keras: str, tensorflow: str) -> Path:
    """The Python of an environment with these versions, made where there is none."""
    python = place / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not python.exists():
        venv.create(place, with_pip=True)
    wanted = requirements(keras, tensorflow)
    subprocess.run([python, "-m", "pip", "install", "--quiet", *wanted], check=True)
    return python


def run(python: Path, part: Sequence[str]) -> Outcome:
    """Run the part of the tests, and a plain cell, in one environment."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"}
    tests = _output(python, ["-m", "pytest", "-q", "-p", "no:cacheprovider", *part], environment)
    print(tests[-6000:])
    ended = tests.strip().rpartition("\n")[2]
    counts = {word: int(number) for number, word in re.findall(r"(\d+) (\w+)", ended)}
    told = _output(python, ["-c", TOLD], environment)
    found = re.search(r"^TOLD\t(.*)\t(.*)\t(.*)\t(.*)$", told, re.MULTILINE)
    versions = found.groups() if found else ("?", "?", "?", f"no cell could be run: {told[-500:]}")
    passed, failed, skipped = (counts.get(word, 0) for word in COUNTED)
    failed += counts.get("error", 0) + counts.get("errors", 0) + (not counts)
    return Outcome(*versions[:3], passed, failed, skipped, versions[3])


def _output(python: Path, arguments: Sequence[str], environment: dict[str, str]) -> str:
    done = subprocess.run(
        [python, *arguments],
        cwd=ROOT,
        env=environment,
        check=False,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return done.stdout


def as_table(outcomes: Sequence[Outcome]) -> str:
    """The outcomes as a table of Markdown."""
    lines = ["| Keras | TensorFlow | Python | passed | failed | skipped | lost |", "|---" * 7 + "|"]
    for one in outcomes:
        counts = f"{one.passed} | {one.failed} | {one.skipped}"
        lines.append(f"| {one.keras} | {one.tensorflow} | {one.python} | {counts} | {one.lost} |")
    return "\n".join(lines)


def main() -> None:
    """Run the part with every pair, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, help="where the environments are kept")
    parser.add_argument("--part", nargs="+", default=PART, help="other tests than the quick part")
    parser.add_argument("--only", nargs="+", default=[*PAIRS], choices=PAIRS, help="these pairs")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        places = {folder / name: pair for name, pair in PAIRS.items() if name in given.only}
        outcomes = [run(python_of(place, *pair), given.part) for place, pair in places.items()]
    print(as_table(outcomes))
    sys.exit(any(one.failed for one in outcomes))


if __name__ == "__main__":
    main()
