"""What is left to a process: the least of its own limits, its container's and the machine's."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from nbdoctor.backend import memory_limit
from nbdoctor.backend.memory_limit import FOR_A_TRACE, available_memory, needed_memory

GIB = 2**30


def machine(
    monkeypatch: pytest.MonkeyPatch, folder: Path, files: dict[str, str], left: list[int]
) -> int | None:
    """What is available with these files for the kernel's, and so much left of limits."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    monkeypatch.setattr(memory_limit, "PROCESS", folder / "proc")
    monkeypatch.setattr(memory_limit, "GROUPS", folder / "groups")
    monkeypatch.setattr(memory_limit, "SYSTEM", folder / "meminfo")
    monkeypatch.setattr(memory_limit, "_left_of_limits", lambda: iter(left))
    return available_memory()


SECOND = {
    "proc/cgroup": "0::/user/one\n",
    "groups/user/one/memory.max": "max\n",
    "groups/user/one/memory.current": "5\n",
    "groups/user/memory.max": f"{3 * GIB}\n",
    "groups/user/memory.current": f"{2 * GIB}\n",
    "groups/user/memory.stat": f"anon 7\ninactive_file {GIB // 2}\n",
    "meminfo": f"MemTotal: 9 kB\nMemAvailable: {4 * 2**20} kB\n",
}
FIRST = {
    "proc/cgroup": "5:cpu:/\n4:hugetlb,memory:/one\n",
    "groups/memory/one/memory.limit_in_bytes": f"{2 * GIB}\n",
    "groups/memory/one/memory.usage_in_bytes": f"{GIB}\n",
    "groups/memory/memory.limit_in_bytes": "9223372036854771712\n",
    "groups/memory/memory.usage_in_bytes": "1\n",
    "meminfo": SECOND["meminfo"],
}
INSIDE = {  # a container whose path is that of the machine outside
    "proc/cgroup": "0::/../../somewhere\n",
    "groups/memory.max": f"{GIB}\n",
    "groups/memory.current": f"{GIB // 4}\n",
}


@pytest.mark.parametrize(
    ("files", "left", "expected"),
    [
        pytest.param(SECOND, [], GIB + GIB // 2, id="a group further out, its idle pages free"),
        pytest.param(FIRST, [], GIB, id="the first version of groups"),
        pytest.param(INSIDE, [], GIB // 4 * 3, id="the root that a container sees"),
        pytest.param({"meminfo": SECOND["meminfo"]}, [], 4 * GIB, id="the machine"),
        pytest.param({"meminfo": SECOND["meminfo"]}, [7, 9], 7, id="a limit of the process"),
        pytest.param({"meminfo": SECOND["meminfo"]}, [-7], 0, id="nothing is left"),
        pytest.param(
            {},
            [],
            None,
            id="nothing tells",
            marks=pytest.mark.skipif("linux" not in sys.platform, reason="asks psutil"),
        ),
    ],
)
def test_the_least_of_all_limits_counts(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    files: dict[str, str],
    left: list[int],
    expected: int | None,
) -> None:
    assert machine(monkeypatch, tmp_path, files, left) == expected


PROGRAM = """
import resource
from nbdoctor.backend.memory_limit import FOR_THREADS, available_memory
resource.setrlimit(resource.{name}, (FOR_THREADS + 2**30, resource.RLIM_INFINITY))
left = available_memory()
held = bytearray(2**27)
print(left, left - available_memory())
"""


@pytest.mark.skipif("linux" not in sys.platform, reason="/proc is Linux's")
@pytest.mark.parametrize("name", ["RLIMIT_AS", "RLIMIT_DATA"])
def test_a_limit_of_the_process_is_seen_and_what_it_has_taken(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(name=name)],
        capture_output=True,
        text=True,
        check=True,
    )
    left, taken = map(int, done.stdout.split())
    assert GIB // 4 < left < GIB
    assert taken == pytest.approx(2**27, rel=0.05)


def test_copies_of_all_variables_and_two_more_of_the_weights_are_needed() -> None:
    assert needed_memory([100, 200], [100], step=7) == FOR_A_TRACE + 300 + 200 + 7
