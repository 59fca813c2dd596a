"""For GitHub Actions: lines that it shows beside the file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nbdoctor.report import Severity
from nbdoctor.report.checked import Checked, Place
from nbdoctor.view.checks.as_text import within

LEVELS = {"critical": "error", "warning": "warning", "note": "notice"}


def as_github(checked: Sequence[Checked], _least: Severity | None = None) -> str:
    """One workflow command per finding that is new, and per file that was not run to its end."""
    return "".join(f"{line}\n" for one in checked for line in _file(one))


def _file(one: Checked) -> Iterator[str]:
    for problem in one.problems:
        if not problem.known:
            finding = problem.finding
            title = f"{finding.title} ({finding.rule})"
            text = f"{finding.says}{within(problem.place)}"
            yield _command(LEVELS[finding.severity], problem.place, title, text)
    if one.stop is not None:
        yield _command("error", one.stop.place, "The run stopped", one.stop.says)


def _command(level: str, place: Place, title: str, text: str) -> str:
    about = f"file={_property(place.path)},line={place.line},title={_property(title)}"
    return f"::{level} {about}::{_data(text)}"


def _data(text: str) -> str:
    """Text behind the colons, as the runner reads it."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
