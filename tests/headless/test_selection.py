from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from nbdoctor.headless.selection import UsageError, changed, is_matched, notebooks


def touched(folder: Path, *names: str) -> list[Path]:
    paths = [folder / name for name in names]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}", encoding="utf-8")
    return paths


def test_folders_give_their_notebooks_once(tmp_path: Path) -> None:
    a, b, _, _ = touched(
        tmp_path, "a.ipynb", "deep/b.ipynb", "deep/.ipynb_checkpoints/b.ipynb", "c.py"
    )
    assert notebooks([b, tmp_path]) == (b, a)


def test_what_is_excluded_is_left_out_of_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    a, draft = touched(tmp_path, "a.ipynb", "drafts/deep/b.ipynb")
    assert notebooks([tmp_path], ["drafts"]) == (a,)
    assert notebooks([tmp_path, draft], ["drafts/"]) == (a, draft)


@pytest.mark.parametrize(
    ("shown", "pattern", "matches"),
    [
        ("drafts/a.ipynb", "drafts", True),
        ("drafts/a.ipynb", "drafts/*", True),
        ("drafts/a.ipynb", "a.ipynb", True),
        ("drafts/a.ipynb", "*.ipynb", True),
        ("drafts/a.ipynb", "draft", False),
        ("old/drafts/a.ipynb", "drafts", False),
    ],
)
def test_patterns(shown: str, pattern: str, matches: bool) -> None:
    assert is_matched(shown, [pattern]) == matches


def test_what_is_no_notebook_is_refused(tmp_path: Path) -> None:
    (script,) = touched(tmp_path, "train.py")
    with pytest.raises(UsageError, match="nbdoctor run"):
        notebooks([script])
    with pytest.raises(UsageError, match="no notebooks"):
        notebooks([tmp_path])


def test_a_missing_file_is_left_to_its_check(tmp_path: Path) -> None:
    assert notebooks([tmp_path / "missing.ipynb"]) == (tmp_path / "missing.ipynb",)


def git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=A", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


def test_git_tells_what_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    same, edited = touched(tmp_path, "same.ipynb", "größe.ipynb")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "one")
    edited.write_text("{ }", encoding="utf-8")
    (new,) = touched(tmp_path, "new.ipynb")
    assert changed([same, edited, new], "HEAD") == (edited, new)
    with pytest.raises(UsageError, match="git says"):
        changed([same], "no-such-revision")
