from __future__ import annotations

from pathlib import Path

import pytest

from nbdoctor.headless.configuration import find_configuration
from nbdoctor.headless.selection import UsageError

WHOLE = """
[tool.nbdoctor]
exclude = ["drafts"]
fail-on = "warning"
ignore = ["too-few-steps"]
timeout = 60
full = true

[tool.nbdoctor.per-file-ignores]
"lessons/*" = ["dead-units", "unscaled-inputs"]
"a.ipynb" = ["constant-inputs"]
"""


def project(folder: Path, text: str) -> Path:
    (folder / "pyproject.toml").write_text(text, encoding="utf-8")
    return folder


def test_the_nearest_project_is_read(tmp_path: Path) -> None:
    inner = project(tmp_path, WHOLE) / "a" / "b"
    inner.mkdir(parents=True)
    found = find_configuration(inner)
    assert found.file == tmp_path / "pyproject.toml"
    assert (found.values["fail-on"], found.values["timeout"]) == ("warning", 60)


def test_rules_are_ignored_by_file(tmp_path: Path) -> None:
    found = find_configuration(project(tmp_path, WHOLE))
    assert found.ignored("lessons/one.ipynb") == ("dead-units", "unscaled-inputs")
    assert found.ignored("a.ipynb") == ("constant-inputs",)
    assert found.ignored("b.ipynb") == ()


def test_other_projects_set_nothing(tmp_path: Path) -> None:
    assert find_configuration(project(tmp_path, "[project]\nname = 'a'\n")).values == {}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("fail_on = 'note'", "Did you mean `fail-on`"),
        ("zzz = 1", "It knows exclude"),
        ("exclude = 'drafts'", "wrong type"),
        ("ignore = [1]", "wrong type"),
        ("timeout = true", "wrong type"),
        ("per-file-ignores = { 'a' = 'b' }", "wrong type"),
        ("full =", "cannot be read"),
    ],
)
def test_mistakes_are_said(text: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=says):
        find_configuration(project(tmp_path, f"[tool.nbdoctor]\n{text}\n"))
