"""How much memory this process may still take before it, or all of it, is stopped.

A process that asks for more than it may have is killed as often as it is told: TensorFlow aborts
where a thread or a buffer of its own cannot be made, and the kernel ends what a container holds.
"""

from __future__ import annotations

import contextlib
import importlib
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath

FOR_THREADS = 768 * 2**20
"""Of a limit on the address space this much is not counted on. It is taken long before it is used:
8 MiB for the stack of each thread that TensorFlow starts, 64 MiB for the arena of each that
allocates, and what was freed in pieces is not given back."""

FOR_A_TRACE = 128 * 2**20
"""A second function of the graph, with all that making it allocates: 20 to 60 MiB for models of
ten to a hundred layers, doubled for larger ones."""

COPIES_OF_VARIABLES = 1
"""The copies that a step is made on."""

COPIES_OF_WEIGHTS = 2
"""The gradient of each weight, and what the optimizer computes from it, for as long as the step
runs: as much again as the weights each."""

PROCESS = Path("/proc/self")
GROUPS = Path("/sys/fs/cgroup")
SYSTEM = Path("/proc/meminfo")

LIMITS = {"RLIMIT_AS": ("VmSize", FOR_THREADS), "RLIMIT_DATA": ("VmData", FOR_THREADS)}
"""Limits of a process, what of it counts against each (`/proc/self/status`), and what to keep."""

UNLIMITED = 2**60
"""The first version of control groups writes "no limit" as a number near the largest of all."""


def available_memory() -> int | None:
    """Bytes that this process may still take, None where nothing tells.

    The least of what is left of its own limits, of those of the container that it runs in, and of
    the machine's memory. What it has freed and not given back counts as taken.
    """
    found = [*_left_of_limits(), *_left_of_groups(), *_left_of_machine()]
    return max(0, min(found)) if found else None


def needed_memory(variables: Iterable[int], weights: Iterable[int], step: int = 0) -> int:
    """Bytes that a step on copies takes beyond what the training itself has taken: an estimate.

    Parameters
    ----------
    variables : iterable of int
        Sizes in bytes of all that is copied: weights, optimizer slots, counters, seeds.
    weights : iterable of int
        Sizes in bytes of those among them that get a gradient.
    step : int
        Bytes that the step holds of its rows: the outputs of layers, the batch itself.
    """
    copies = COPIES_OF_VARIABLES * sum(variables) + COPIES_OF_WEIGHTS * sum(weights)
    return FOR_A_TRACE + copies + step


def _left_of_limits() -> Iterator[int]:
    with contextlib.suppress(ImportError, OSError, ValueError):  # Windows has no such limits
        resource = importlib.import_module("resource")
        taken: Mapping[str, int] | None = None
        for name, (counted, kept) in LIMITS.items():
            limit = resource.getrlimit(getattr(resource, name))[0]
            if limit == resource.RLIM_INFINITY:
                continue
            taken = taken or _kilobytes(PROCESS / "status")
            if counted in taken:
                yield limit - taken[counted] - kept


def _left_of_groups() -> Iterator[int]:
    """Of each control group around this process: a limit further out holds as well."""
    for folder, limit, used, idle in _groups():
        # A container sees its own group as the root of the tree, under whatever path.
        for place in dict.fromkeys((folder, *folder.parents)):
            with contextlib.suppress(OSError, ValueError):
                most = int((place / limit).read_text())
                if most < UNLIMITED:
                    pages = _numbers(place / "memory.stat").get(idle, 0)
                    yield most - int((place / used).read_text()) + pages
            if place == GROUPS:
                break


def _groups() -> Iterator[tuple[Path, str, str, str]]:
    """Folders of the groups of this process, and the names of what they tell.

    Pages of files that nobody has used for long are given back when memory is short, though they
    are counted as used.
    """
    try:
        lines = (PROCESS / "cgroup").read_text().splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        inside = PurePosixPath(path).relative_to("/")
        if not controllers:
            yield GROUPS / inside, "memory.max", "memory.current", "inactive_file"
        elif "memory" in controllers.split(","):
            names = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
            yield GROUPS / "memory" / inside, *names


def _left_of_machine() -> Iterator[int]:
    with contextlib.suppress(OSError):
        free = _kilobytes(SYSTEM).get("MemAvailable")
        if free is not None:
            yield free
            return
    if sys.platform != "linux":
        with contextlib.suppress(ImportError):  # comes with the kernel of Jupyter
            yield int(importlib.import_module("psutil").virtual_memory().available)


def _kilobytes(file: Path) -> dict[str, int]:
    """Lines such as `VmSize:  123 kB`, in bytes."""
    found = {}
    for line in file.read_text().splitlines():
        name, _, value = line.partition(":")
        number, _, unit = value.strip().partition(" ")
        if unit == "kB":
            found[name] = int(number) * 1024
    return found


def _numbers(file: Path) -> dict[str, int]:
    """Lines such as `inactive_file 123`; none where there is no such file."""
    try:
        pairs = [line.split() for line in file.read_text().splitlines()]
    except OSError:
        return {}
    return {pair[0]: int(pair[1]) for pair in pairs if len(pair) == 2}  # noqa: PLR2004
