"""What a diagnosis leaves in the file of a notebook, measured on the file that JupyterLab saves."""

from __future__ import annotations

from collections.abc import Callable

import nbformat
import pytest
from nbconvert import HTMLExporter

pytestmark = pytest.mark.browser

MIME = "application/vnd.nbdoctor.report+json"

LARGEST = 150_000
"""Bytes by which a run may make a notebook grow."""

CALM = 500
"""Bytes by which two runs may differ: times and ids are never the same."""


def test_a_run_costs_little_and_the_next_replaces_it(lab, open_notebook: Callable, sick) -> None:
    path = lab.write("file.ipynb", sick.find, sick.cell)
    notebook = open_notebook("file.ipynb")

    def saved() -> int:
        notebook.do("docmanager:save")
        return path.stat().st_size

    empty = saved()
    notebook.run_all()
    once = saved()
    assert 10_000 < once - empty < LARGEST
    notebook.run_all()
    notebook.run_all()
    assert abs(saved() - once) < CALM
    written = nbformat.read(path, as_version=4)
    [output] = written.cells[1].outputs
    assert {MIME, "text/html", "text/plain"} < set(output.data)
    assert "widgets" not in written.metadata  # viewers refuse notebooks whose widgets are not whole
    page, _ = HTMLExporter().from_notebook_node(written)
    assert "The first layers of this model do not learn" in page
    assert "The whole cell with this change, to copy" in page
    assert 'class="nbd-offer"' not in page  # no button that nobody would answer
    notebook.assert_quiet()
