"""What must agree in every release."""

from __future__ import annotations

import json
import re
from pathlib import Path

import nbdoctor

ROOT = Path(__file__).parents[1]


def test_python_javascript_and_changelog_have_one_version() -> None:
    package = json.loads((ROOT / "labextension" / "package.json").read_text(encoding="utf-8"))
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    newest = re.search(r"^## \[(\d[^]]*)\]", changelog, flags=re.MULTILINE)
    assert newest is not None
    assert package["version"] == nbdoctor.__version__ == newest[1]


def test_the_lock_file_names_no_registry_and_serves_every_system() -> None:
    lock = (ROOT / "labextension" / "package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in lock
    for system in ("darwin-arm64", "darwin-x64", "linux-x64-gnu", "linux-arm64-gnu", "win32-x64"):
        assert f"node_modules/@rspack/binding-{system}" in lock
