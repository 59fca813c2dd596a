"""What was checked, in the formats that people and other programs read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from nbdoctor.report import Severity
from nbdoctor.report.checked import Checked
from nbdoctor.view.checks.as_github import as_github
from nbdoctor.view.checks.as_json import as_json
from nbdoctor.view.checks.as_junit import as_junit
from nbdoctor.view.checks.as_markdown import as_markdown
from nbdoctor.view.checks.as_sarif import as_sarif
from nbdoctor.view.checks.as_text import as_text

Write = Callable[[Sequence[Checked], "Severity | None"], str]
"""Of what was checked, and the least severity that fails the check (None where nothing does)."""

FORMATS: Mapping[str, Write] = {
    "text": as_text,
    "json": as_json,
    "sarif": as_sarif,
    "junit": as_junit,
    "markdown": as_markdown,
    "github": as_github,
}
