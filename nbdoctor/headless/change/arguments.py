"""The words behind `nbdoctor try`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from nbdoctor.headless.change.options import MOST_SEEDS, MOST_STEPS, TIMEOUT, WHOLE

ABOUT = """\
Train a cell of a notebook as it is and as changed, from the same seeds and for the same number of
steps, and score both by predictions on the same rows. The cells above it are run again in a process
of its own; the notebook is not changed."""


def add_try(commands: Any) -> None:
    """Make `try` known to the command line."""
    parser = commands.add_parser(
        "try",
        help="train a cell as it is and as changed, and compare",
        description=ABOUT,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("notebook", metavar="NOTEBOOK", type=Path)
    parser.add_argument(
        "--cell", required=True, metavar="N", help="its number, all cells counted from 1, or its id"
    )
    parser.add_argument(
        "--with",
        dest="changed",
        action="append",
        required=True,
        type=Path,
        metavar="CHANGED.py",
        help="the text of the changed cell; give it again for further changes",
    )
    parser.add_argument(
        "--judge-on", type=Path, metavar="TEST.npz", help="arrays x and y that judge"
    )
    parser.add_argument(
        "--prepare",
        default="",
        metavar="EXPRESSION",
        help="prepares these x as the notebook does: '(x - mean) / std'",
    )
    parser.add_argument(
        "--seeds", type=int, default=MOST_SEEDS, help=f"at most (default: {MOST_SEEDS})"
    )
    parser.add_argument(
        "--steps", type=int, default=MOST_STEPS, help=f"of a training (default: {MOST_STEPS})"
    )
    parser.add_argument(
        "--timeout", type=float, default=TIMEOUT, help=f"seconds for a run (default: {TIMEOUT:g})"
    )
    parser.add_argument(
        "--budget", type=float, default=WHOLE, help=f"seconds for all (default: {WHOLE:g})"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text")
