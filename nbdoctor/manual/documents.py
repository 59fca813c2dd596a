"""Documents that lie beside the package in the repository, as pages of the manual."""

from __future__ import annotations

import re
from pathlib import Path

DOCUMENTS = {
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "LIMITATIONS.md": "limitations.md",
    "SECURITY.md": "security.md",
}
"""A document, and its page."""

PACKAGED = Path(__file__).with_name("documents")
"""Where a wheel holds them (pyproject.toml, "force-include")."""

REPOSITORY = Path(__file__).parents[2]

PAGES = "nbdoctor/manual/pages/"
"""Where the documents see the pages that are written by hand."""

LINK = re.compile(r"\[([^][]+)\]\(([^)(#:]+)(#[^)(]*)?\)")
"""A link to another file of the repository: what is clicked, the file, and the place in it."""


def page(document: str) -> str:
    """The text of a document; what it links to and the manual does not hold is named only."""
    folder = PACKAGED if PACKAGED.is_dir() else REPOSITORY
    return LINK.sub(_relinked, (folder / document).read_text(encoding="utf-8"))


def _relinked(link: re.Match[str]) -> str:
    text, file, place = link[1], link[2], link[3] or ""
    if file in DOCUMENTS:
        return f"[{text}]({DOCUMENTS[file]}{place})"
    if file.startswith(PAGES):
        return f"[{text}]({file.removeprefix(PAGES)}{place})"
    return text
