"""A real JupyterLab on this machine, seen through a real browser."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import nbformat
import pytest
from nbformat.sign import NotebookNotary
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Locator,
    Page,
    Playwright,
    Request,
    expect,
    sync_playwright,
)

QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-sync",
    "--no-first-run",
    "--no-sandbox",  # Chromium refuses to start as root with one; the pages are our own
)

START, LOAD = 60, 30
"""Seconds that the server and a page may take on a busy machine."""

KERNELSPEC = {"name": "python3", "display_name": "Python 3", "language": "python"}

PANEL = "window.jupyterapp.shell.currentWidget"
"""The notebook in the page (JupyterLab shows it with `expose_app_in_browser`)."""


@dataclass(frozen=True)
class Lab:
    """A running server and the folder that it serves."""

    url: str
    token: str
    root: Path

    def write(self, name: str, *sources: str, outputs: list[dict[str, Any]] | None = None) -> Path:
        """Write a notebook of code cells; `outputs` are those of the last one."""
        notebook = nbformat.v4.new_notebook(metadata={"kernelspec": KERNELSPEC})
        notebook.cells = [nbformat.v4.new_code_cell(source) for source in sources]
        notebook.cells[-1].outputs = [nbformat.from_dict(output) for output in outputs or []]
        path = self.root / name
        nbformat.write(notebook, path)
        return path

    def trust(self, path: Path) -> None:
        """Sign a notebook as `jupyter trust` does: it then opens as one that was run here."""
        data = str(self.root.parent / "data")
        NotebookNotary(data_dir=data).sign(nbformat.read(path, as_version=4))

    def ask(self, path: str, method: str = "GET") -> Any:
        """Ask the server's REST interface."""
        request = urllib.request.Request(  # noqa: S310  (our own address)
            self.url + path, method=method, headers={"Authorization": f"token {self.token}"}
        )
        with urllib.request.urlopen(request, timeout=LOAD) as reply:  # noqa: S310
            text = reply.read()
        return json.loads(text) if text else None

    def shut_down_kernels(self) -> None:
        """End every kernel, so that a notebook that is opened again finds none."""
        for session in self.ask("api/sessions"):
            self.ask(f"api/sessions/{session['id']}", "DELETE")


@dataclass(frozen=True)
class Notebook:
    """A notebook in a page of its own, with what went wrong in that page."""

    page: Page
    errors: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def do(self, command: str, **arguments: object) -> None:
        """Execute a command of JupyterLab and wait until it is done."""
        execute = "([name, args]) => window.jupyterapp.commands.execute(name, args).then(() => 0)"
        self.page.evaluate(execute, [command, arguments])

    def wait_for_kernel(self) -> None:
        """Wait for a connected kernel; the indicator says "idle" before there is one."""
        self.page.evaluate(
            f"""async () => {{
                const session = {PANEL}.sessionContext;
                await session.ready;
                await session.session.kernel.info;
            }}"""
        )

    def run_all(self) -> None:
        """Run every cell and wait for the last to end."""
        self.wait_for_kernel()
        self.do("notebook:run-all-cells")

    def set_theme(self, theme: Literal["Light", "Dark"]) -> None:
        """Change JupyterLab's theme and wait until the page has it."""
        self.do("apputils:change-theme", theme=f"JupyterLab {theme}")
        light = str(theme == "Light").lower()
        self.page.locator(f'body[data-jp-theme-light="{light}"]').wait_for(state="attached")

    def cell(self, index: int) -> Locator:
        """A cell as it is shown."""
        return self.page.locator(".jp-Notebook .jp-Cell").nth(index)

    def choose(self, index: int) -> None:
        """Make a cell the active one."""
        self.page.evaluate(f"index => {{ {PANEL}.content.activeCellIndex = index; }}", index)

    def write(self, index: int, text: str) -> None:
        """Replace the text of a cell."""
        put = (
            f"([index, text]) => {PANEL}.content.model.cells.get(index).sharedModel.setSource(text)"
        )
        self.page.evaluate(put, [index, text])

    def source(self, index: int) -> str:
        """The text of a cell."""
        get = f"index => {PANEL}.content.model.cells.get(index).sharedModel.getSource()"
        return str(self.page.evaluate(get, index))

    def assert_quiet(self) -> None:
        """Assert that no error was printed, and that no other machine was asked for anything."""
        assert self.errors == []
        assert self.foreign == []


def _configure(base: Path) -> dict[str, str]:
    """Folders of the server's own, so that the user's settings are neither read nor changed."""
    config = base / "config" / "labconfig" / "page_config.json"
    config.parent.mkdir(parents=True)
    asks_the_network = ("apputils-extension:announcements", "extensionmanager-extension:plugin")
    disabled = {f"@jupyterlab/{plugin}": True for plugin in asks_the_network}
    config.write_text(json.dumps({"disabledExtensions": disabled}))
    folders = {
        "IPYTHONDIR": "ipython",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
    }
    return {**os.environ, **{name: str(base / folder) for name, folder in folders.items()}}


def _command(root: Path, port: int, token: str) -> list[str]:
    return [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0",
        f"--ServerApp.root_dir={root}",
        "--ServerApp.terminals_enabled=False",
        f"--IdentityProvider.token={token}",
        "--LabApp.expose_app_in_browser=True",
        "--LabApp.extension_manager=readonly",
        "--LabApp.news_url=",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--KernelManager.shutdown_wait_time=1",
    ]


def _answers(lab: Lab) -> bool:
    try:
        lab.ask("api/status")
    except OSError:
        return False
    return True


def _wait_for(lab: Lab, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START
    while not _answers(lab):
        if server.poll() is not None or time.monotonic() > deadline:
            pytest.fail(f"JupyterLab did not start. Its log ends so:\n{log.read_text()[-3000:]}")
        time.sleep(0.1)


@dataclass(frozen=True)
class Sick:
    """Cells that show a diagnosis within a second, without Keras (sick_cell.py).

    `find` makes the kernel find that file, behind the rest of its path, so that the nbdoctor that
    is installed is the one that shows.
    """

    find: str = f"""\
import sys
sys.path += [{str(Path(__file__).parents[2])!r}, {str(Path(__file__).parent)!r}]
"""
    cell: str = """\
from sick_cell import diagnose
rate = 0.01
layers = 8
diagnose(hidden="sigmoid")
"""


@pytest.fixture(scope="session")
def sick() -> Sick:
    """What a test of a diagnosis runs."""
    return Sick()


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A JupyterLab server of the environment that runs the tests."""
    with served(tmp_path_factory.mktemp("lab")) as running:
        yield running


@contextmanager
def served(base: Path) -> Iterator[Lab]:
    """The same, with all its files in a folder."""
    root, log = base / "root", base / "server.log"
    root.mkdir()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    running = Lab(f"http://127.0.0.1:{port}/", secrets.token_hex(16), root)
    start, env = _command(root, port, running.token), _configure(base)
    with log.open("wb") as out, subprocess.Popen(start, env=env, stdout=out, stderr=out) as server:
        try:
            _wait_for(running, server, log)
            yield running
        finally:
            server.terminate()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A browser without windows: that of NBDOCTOR_CHROMIUM, the machine's, or Playwright's."""
    with sync_playwright() as playwright:
        path = found_browser(playwright)
        expect.set_options(timeout=LOAD * 1000)
        launched = playwright.chromium.launch(executable_path=path, args=QUIET)
        yield launched
        launched.close()


def found_browser(playwright: Playwright) -> str:
    """Where the browser is."""
    found = os.environ.get("NBDOCTOR_CHROMIUM") or shutil.which("chromium")
    path = found or playwright.chromium.executable_path
    if not Path(path).exists():
        pytest.fail("No browser was found. `python tests/run.py` finds or installs one.")
    return path


@pytest.fixture
def open_notebook(lab: Lab, browser: Browser) -> Iterator[Callable[..., Notebook]]:
    """Open a notebook by its name, alone in a page of the width and height given."""
    with opening(lab, browser) as opened:
        yield opened


@pytest.fixture(scope="module")
def open_for_all(lab: Lab, browser: Browser) -> Iterator[Callable[..., Notebook]]:
    """The same for a notebook that the tests of a file share: to load a page takes seconds."""
    with opening(lab, browser) as opened:
        yield opened


@contextmanager
def opening(lab: Lab, browser: Browser) -> Iterator[Callable[..., Notebook]]:
    """What opens notebooks, each alone in a page of the width and height given."""
    contexts = []

    def opened(name: str, *, width: int = 1280, height: int = 900) -> Notebook:
        context = browser.new_context(viewport={"width": width, "height": height})
        contexts.append(context)
        notebook = Notebook(context.new_page())
        _listen(notebook, lab.url)
        notebook.page.set_default_timeout(LOAD * 1000)
        notebook.page.goto(f"{lab.url}doc/tree/{name}?token={lab.token}&reset")
        notebook.cell(0).wait_for()
        notebook.page.locator(".jp-NotebookPanel .jp-Spinner").wait_for(state="hidden")
        return notebook

    yield opened
    for context in contexts:
        context.close()
    lab.shut_down_kernels()


def _listen(notebook: Notebook, own: str) -> None:
    def requested(request: Request) -> None:
        if not request.url.startswith((own, "data:", "blob:")):
            notebook.foreign.append(request.url)

    def said(message: ConsoleMessage) -> None:
        if message.type == "error":
            notebook.errors.append(message.text)

    notebook.page.on("request", requested)
    notebook.page.on("console", said)
    notebook.page.on("pageerror", lambda error: notebook.errors.append(str(error)))
