"""Cells that do what a diagnosis could disturb, one in each file of the folder `hostile`.

`#%% setup`, `#%% cell` and `#%% after` begin the parts of a file. The middle one is run plain and
under the magic; the others are cells of their own before and after it. Names of `after`: it may set
`outcome`, which has to be the same in both runs. In a part, a line `@@expression@@` stands for the
text that the expression makes, and `@@magic@@` for the line of the magic, if it is not the first.

Lines `# key: value` above the parts say how to run them:

must        what must hold, in words
fast        `yes` for the part that is run every time
mode        `kernel` in place of a shell; `interrupts`: a kernel that is interrupted many times
magic       options of `%%diagnose`
env         NAME=VALUE ... of the process; `NAME=` takes one away
python      options of the interpreter
skip        parts that may differ
check       an expression over `p` and `m`, what was left plain and under the magic; several
only-magic  `yes` where there is no plain run, and the checks judge
limit       seconds that one run may take
slower      seconds that the run under the magic may take longer
interrupt   seconds after the begin of the cell at which a kernel is interrupted
times, seed rounds of `interrupts`, and what their moments are drawn with
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).parent / "hostile"

DATA = """
import numpy as np, keras, tensorflow as tf
from keras import layers
made = np.random.default_rng(0)
x = made.normal(size=(64, 8)).astype("float32")
y = (x[:, 0] > 0).astype("int64")
"""
"""What every cell begins with, in the cell before it."""

BEYOND: dict[str, str] = {}
"""Cells that come out otherwise by nature, and why: a sentence of LIMITATIONS.md for each."""

MAGIC = {"shell": "-q -o diagnosis --budget 4", "kernel": "", "interrupts": ""}
"""Options of cells that say none: where the screen is compared, nothing is kept from it."""

LIMIT = 120.0
SLOWER = 25.0
SEVERAL = ("check", "interrupt")
KEY = re.compile(r"# ([\w-]+):(.*)")
PART = re.compile(r"#%% (setup|cell|after)")


@dataclass(frozen=True)
class HostileCell:
    """What is run, and how.

    Attributes
    ----------
    name : str
        Folder and name of its file.
    setup, cell, after : str
        Its parts.
    keys : dict
        What the lines above the parts say.
    checks, interrupts : tuple
        The keys that may be given several times.
    """

    name: str
    setup: str
    cell: str
    after: str = ""
    keys: dict[str, str] = field(default_factory=dict)
    checks: tuple[str, ...] = ()
    interrupts: tuple[float, ...] = ()

    def __str__(self) -> str:
        return self.name

    @property
    def fast(self) -> bool:
        return self.keys.get("fast") == "yes"

    @property
    def mode(self) -> str:
        return self.keys.get("mode", "shell")

    @property
    def limit(self) -> float:
        return float(self.keys.get("limit", LIMIT))

    @property
    def slower(self) -> float:
        return float(self.keys.get("slower", SLOWER))

    @property
    def skipped(self) -> frozenset[str]:
        return frozenset(self.keys.get("skip", "").split())

    def source(self, *, plain: bool) -> str:
        """Text of the cell, with as many lines plain as under the magic: errors tell them."""
        magic = f"%%diagnose {self.keys.get('magic', MAGIC[self.mode])}\n"
        if "@@magic@@\n" in self.cell:
            return self.cell.replace("@@magic@@\n", "" if plain else magic)
        return ("# plain\n" if plain else magic) + self.cell


def read(path: Path) -> HostileCell:
    """The cell that a file holds.

    Raises
    ------
    ValueError
        A line above the parts is no key.
    """
    head, *rest = re.split(r"^(?=#%% )", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    keys: dict[str, str] = {}
    several: dict[str, list[str]] = {name: [] for name in SEVERAL}
    for line in head.splitlines():
        said = KEY.fullmatch(line)
        if not said:
            message = f"{path} has a line above its parts that says no key: {line}"
            raise ValueError(message)
        name, value = said[1], said[2].strip()
        if name in several:
            several[name].append(value)
        else:
            keys[name] = value
    parts = dict.fromkeys(("setup", "cell", "after"), "")
    for text in rest:
        title, _, body = text.partition("\n")
        named = PART.fullmatch(title)
        if not named:
            message = f"{path} has a part of an unknown name: {title}"
            raise ValueError(message)
        parts[named[1]] = _written_out(body.strip("\n"))
    return HostileCell(
        name=path.relative_to(FOLDER).with_suffix("").as_posix(),
        keys=keys,
        checks=tuple(several["check"]),
        interrupts=tuple(float(at) for one in several["interrupt"] for at in one.split()),
        **{**parts, "setup": DATA + parts["setup"]},
    )


def _written_out(text: str) -> str:
    """`text` with its expressions replaced by what they make; long texts need not be kept."""
    return re.sub(
        r"^@@(?!magic@@)(.+)@@$",
        lambda found: str(eval(found[1])),  # noqa: S307  (text of our own files)
        text,
        flags=re.MULTILINE,
    )


def every_cell() -> list[HostileCell]:
    return [read(path) for path in sorted(FOLDER.glob("*/*.py"))]
