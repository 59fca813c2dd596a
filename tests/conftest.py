"""What many tests share: a real IPython shell with nbdoctor loaded."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from tests.harmless.runs import Zygote

PAIRS = "test_the_outcome_is_that_of_the_plain_cell"

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a shell's background job, and tests press
    signal.signal(signal.SIGINT, signal.default_int_handler)  # Ctrl-C
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
for threads in (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "TF_NUM_INTEROP_THREADS",
    "TF_NUM_INTRAOP_THREADS",
):  # a process of tests has a core, and its models are small: threads only wait for each other
    os.environ.setdefault(threads, "1")


SLOWEST = (
    "tests/notebooks_from_the_wild/test_notebooks_from_the_wild.py",
    "tests/test_demo_notebooks.py",
    "tests/trials/test_treated_cells.py",
    "tests/test_harmless.py",
    "tests/test_hostile.py",
    "tests/test_patched_cells.py",
    "tests/test_own_loops.py",
    "tests/test_drawn_cells.py",
)
"""Files of minutes: begun first, so that no process is left with one when the other has ended."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--matrix",
        nargs="?",
        const="1/1",
        metavar="SHARD",
        help="tests/test_harmless.py: every model over all data, not some pairs of them; `2/8` is "
        "the second of eight shards",
    )
    parser.addoption(
        "--hostile",
        nargs="?",
        const="1/1",
        metavar="SHARD",
        help="tests/test_hostile.py: every cell of tests/harmless/hostile, not the fast ones; "
        "`2/8` is the second of eight shards",
    )
    parser.addoption(
        "--drawn",
        type=int,
        default=10,
        metavar="NUMBER",
        help="tests/test_drawn_cells.py: so many cells are drawn, from one seed each",
    )
    parser.addoption(
        "--drawn-seed",
        type=int,
        default=17,
        metavar="SEED",
        help="tests/test_drawn_cells.py: the first of the seeds",
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the slowest files first; all others keep their order."""
    place = {name: number for number, name in enumerate(SLOWEST)}
    items.sort(key=lambda item: place.get(item.nodeid.partition("::")[0], len(place)))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say how many pairs of a model and its data tests/test_harmless.py has compared."""
    reports = [one for kind in ("passed", "failed") for one in terminalreporter.stats.get(kind, ())]
    said = [(name, value) for report in reports for name, value in report.user_properties]
    drawn = [value for name, value in said if name == "drawn cell"]
    if drawn:
        terminalreporter.write_line(
            f"Cells drawn at random, with and without the magic: {len(drawn)} compared, of the "
            f"seeds {min(drawn)} to {max(drawn)}"
        )
    compared = [value for name, value in said if name == "compared with the plain cell"]
    if compared:
        part = terminalreporter.config.getoption("matrix")
        which = f"shard {part} of the matrix" if part else "a cover of the matrix"
        without = sum(name == "trained without a rehearsal" for name, _ in said)
        broken = sum(
            PAIRS in one.nodeid and not one.user_properties
            for one in terminalreporter.stats.get("failed", ())
        )
        terminalreporter.write_line(
            f"Cells with and without the magic ({which}): {len(compared)} pairs of a model and "
            f"its data compared, {len(compared) - compared.count('the same')} differ, {broken} "
            f"could not be compared, {without} were trained without a rehearsal"
        )


@pytest.fixture(scope="session")
def zygote() -> Iterator[Zygote]:
    """A process with TensorFlow loaded, from which each cell gets one of its own."""
    from tests.harmless.runs import FORKS, Zygote

    if not FORKS:
        pytest.skip("only Linux forks a process that has loaded TensorFlow safely")
    with Zygote() as zygote:
        yield zygote


@pytest.fixture
def shell() -> Iterator[InteractiveShell]:
    """An IPython shell with an empty namespace and the magics."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    shell = InteractiveShell.instance(config=config)
    shell.colors = "nocolor"  # also where another test has made the instance
    shell.reset(new_session=False)
    shell.run_cell("%load_ext nbdoctor" if "nbdoctor" not in shell.extension_manager.loaded else "")
    gc.freeze()  # each reset collects garbage, and goes through all that TensorFlow ever keeps
    yield shell
    shell.reset(new_session=False)
