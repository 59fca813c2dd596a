"""The server as assistants meet it: in a process of its own, by the SDK's own client."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import anyio
import pytest
from mcp.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client

from tests.headless.books import written

pytestmark = [pytest.mark.keras, pytest.mark.notebook]

ROOT = Path(__file__).parents[3]

DATA = """\
import numpy as np
import keras

keras.utils.set_random_seed(3)
x = np.random.normal(size=(1000, 4)).astype("float32")
y = (x[:, 0] > 0).astype("float32")
"""

TRAIN = """\
model = keras.Sequential([
    keras.Input((4,)),
    keras.layers.Dense(8, activation="relu"),
    keras.layers.Dense(1, activation="softmax"),
])
model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy")
model.fit(x, y, epochs=15, verbose=0)
"""

NAMES = {
    "diagnose", "find_cause", "try_change", "findings", "evidence", "reading", "explain", "patch",
    "apply",
}  # fmt: skip


class Asking:
    """A client, and the progress that it was told."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.told: list[tuple[float, str]] = []

    async def raw(self, tool: str, **words: Any) -> Any:
        async def progress(done: float, total: float | None, message: str | None) -> None:
            assert total
            self.told.append((done, message or ""))

        return await self.client.call_tool(tool, words, progress_callback=progress)

    async def ask(self, tool: str, **words: Any) -> Any:
        result = await self.raw(tool, **words)
        text = result.content[0].text
        assert not result.is_error, text
        try:
            return json.loads(text)
        except ValueError:
            return text

    async def refused(self, tool: str, **words: Any) -> str:
        result = await self.raw(tool, **words)
        assert result.is_error
        return str(result.content[0].text)


def with_server(work: Callable[[Asking], Awaitable[None]]) -> None:
    """Start `nbdoctor mcp`, and ask it."""
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH", ""))))
    about = StdioServerParameters(
        command=sys.executable,
        args=["-m", "nbdoctor", "mcp"],
        env={**os.environ, "PYTHONPATH": path, "TF_CPP_MIN_LOG_LEVEL": "3"},
    )

    async def run() -> None:
        async with Client(stdio_client(about)) as client:
            await work(Asking(client))

    with ThreadPoolExecutor(1) as pool:  # other tests may have left a loop in this thread
        pool.submit(anyio.run, run).result()


def test_tools_say_what_they_do() -> None:
    async def work(asking: Asking) -> None:
        tools = (await asking.client.list_tools()).tools
        assert {one.name for one in tools} == NAMES
        assert all(one.description for one in tools)
        writing = {one.name for one in tools if one.annotations.destructive_hint}
        assert writing == {"apply"}
        reading = {one.name for one in tools if one.annotations.read_only_hint}
        assert reading == {"findings", "evidence", "reading", "explain", "patch"}
        assert "Relu" not in await asking.ask("explain", rule="dead-units")
        assert "There is no rule nonsense" in await asking.refused("explain", rule="nonsense")
        assert "There is no file" in await asking.refused("diagnose", path="/none.ipynb")
        assert "call `diagnose` first" in await asking.refused("findings", diagnosis="d1")

    with_server(work)


def test_a_notebook_is_diagnosed_tried_and_mended(tmp_path: Path) -> None:
    path = written(tmp_path / "train.ipynb", "# Training", DATA, TRAIN)
    before = path.read_bytes()

    async def work(asking: Asking) -> None:
        said = await asking.ask("diagnose", path=str(path))
        assert any("cell 2 of 2" in message for _, message in asking.told)
        (report,) = said["reports"]
        assert (report["cell"], report["verdict"]) == (3, "critical")
        rules = [one["rule"] for one in report["findings"]]
        assert "softmax-on-one-unit" in rules
        number = rules.index("softmax-on-one-unit") + 1
        assert len(json.dumps(said)) < 12_000

        name = said["diagnosis"]
        listed = await asking.ask("findings", diagnosis=name)
        assert listed["findings"] == report["findings"]
        evidence = await asking.ask("evidence", diagnosis=name)
        assert evidence.startswith("# nbdoctor: critical")
        head = await asking.ask("reading", diagnosis=name, name="Head")
        assert head["outputs"][0]["activation"] == "softmax"
        assert "It has " in await asking.refused("reading", diagnosis=name, name="Nothing")

        patch = await asking.ask("patch", diagnosis=name, finding=number)
        assert patch["cell"] == 3
        assert path.read_bytes() == before

        asking.told.clear()
        tried = await asking.ask(
            "try_change", path=str(path), cell=3, changes={"mended": patch["patched"]}, seeds=3
        )
        assert tried["changes"][0]["verdict"] == "better"
        assert asking.told[0][1].startswith("Run again in a process of its own: cell 2")
        assert len(asking.told) >= 6
        assert path.read_bytes() == before

        found = await asking.ask("find_cause", path=str(path))
        (cause,) = found["causes"]
        assert cause["cell"] == 3
        assert cause["searched"]["outcome"] == "part"
        assert "head" in cause["searched"]["blamed"]
        assert path.read_bytes() == before

        done = await asking.ask("apply", diagnosis=name, finding=number)
        assert done["written"].endswith("train.ipynb, cell 3")
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        assert "".join(cells[2]["source"]) == patch["patched"]
        assert "".join(cells[1]["source"]) == DATA
        again = await asking.refused("apply", diagnosis=name, finding=number)
        assert "has changed since it was diagnosed" in again

    with_server(work)
