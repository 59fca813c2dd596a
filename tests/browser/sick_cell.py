"""What a cell runs to show a diagnosis in a moment, without Keras: the real screen, a made report.

The cell's own text is what was diagnosed, so its fixes fit it, as they do after `%%diagnose`.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path

from IPython import get_ipython

from nbdoctor.notebook.display import screen_of
from nbdoctor.report import Report, Treatment
from nbdoctor.view.screen import close_panels
from tests.view import patients


def diagnose(hidden: str = "sigmoid", *, until: str = "") -> None:
    """Show what the cell that calls this would show; it trains until the file `until` exists."""
    shell = get_ipython()
    request = shell.kernel.get_parent("shell")
    source, cell_id = request["content"]["code"], request["metadata"].get("cellId")
    close_panels(cell_id, source)
    report = replace(
        _report(source) if hidden == "sigmoid" else patients.healthy(),
        cell_id=cell_id,
        source=source,
    )
    screen = screen_of(shell, sys.stdout, shell.display_pub)
    screen.show(replace(report, findings=report.findings[:1], stage="looking"), draw=False)
    screen.show(replace(report, stage="training"), draw=False)
    while until and not Path(until).exists():
        time.sleep(0.1)
    screen.show(report, draw=True)


def _report(source: str) -> Report:
    """The sick patient, with the fix that fits this cell."""
    sick = patients.sick()
    vanishing, *others = sick.findings
    old = source.splitlines()
    row = next(number for number, line in enumerate(old) if "sigmoid" in line)
    changed = [f"-{old[row]}", f"+{old[row].replace('sigmoid', 'relu')}"]
    fix: Treatment = replace(
        vanishing.treatments[0],
        patched=source.replace("sigmoid", "relu"),
        diff="\n".join([f"@@ -{row + 1} +{row + 1} @@", *changed]),
    )
    cured = replace(
        vanishing,
        where=replace(vanishing.where, line=row + 1),
        treatments=(fix, *vanishing.treatments[1:]),
    )
    return replace(sick, findings=(cured, *others))
