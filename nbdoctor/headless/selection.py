"""Which notebooks are checked: paths and folders, without what is excluded or did not change."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

from nbdoctor.headless.watching import shown_path

NEVER = frozenset({".ipynb_checkpoints", ".git", ".venv", "node_modules", "site-packages"})
"""Folders that hold copies, or what others have written."""


class UsageError(Exception):
    """The command cannot do what it was asked for; the message says why, and what to do."""


def notebooks(paths: Sequence[Path], exclude: Sequence[str] = ()) -> tuple[Path, ...]:
    """The notebooks that paths name, each once: files in the given order, folders by name.

    A file that is named itself is checked whatever is excluded, and also where it is missing: its
    check says so.

    Parameters
    ----------
    paths : sequence of Path
    exclude : sequence of str
        Patterns as in "drafts/*", for paths relative to where the command runs.

    Raises
    ------
    UsageError
        A path is a file that is no notebook by its name, or there is none at all.
    """
    found: dict[Path, Path] = {}
    for path in paths:
        if path.is_dir():
            within = [one for one in _inside(path) if not is_matched(shown_path(one), exclude)]
        elif path.suffix != ".ipynb" and path.exists():
            hint = "; `nbdoctor run` runs scripts" if path.suffix == ".py" else ""
            message = f"`{path}` is not a notebook (.ipynb){hint}."
            raise UsageError(message)
        else:
            within = [path]
        for one in within:
            found.setdefault(one.absolute(), one)
    if not found:
        message = f"There are no notebooks to check in {' or '.join(map(str, paths))}."
        raise UsageError(message)
    return tuple(found.values())


def _inside(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*.ipynb")):
        if path.is_file() and NEVER.isdisjoint(path.relative_to(folder).parts):
            yield path


def is_matched(shown: str, patterns: Sequence[str]) -> bool:
    """Whether a path, or a folder that holds it, matches one of the patterns."""
    path = PurePosixPath(shown)
    names = [path.as_posix(), path.name, *(one.as_posix() for one in path.parents)]
    return any(fnmatch(name, pattern.rstrip("/")) for name in names for pattern in patterns)


def changed(paths: Sequence[Path], revision: str) -> tuple[Path, ...]:
    """Those of the notebooks that differ from a revision, or that git does not know yet.

    Raises
    ------
    UsageError
        There is no git, no repository, or no such revision.
    """
    top = Path(_git("rev-parse", "--show-toplevel").strip())
    names = _git("diff", "--name-only", "-z", "--diff-filter=d", revision, "--", cwd=top)
    others = _git("ls-files", "--others", "--exclude-standard", "-z", cwd=top)
    known = {(top / name).resolve() for name in f"{names}\0{others}".split("\0") if name}
    return tuple(path for path in paths if path.resolve() in known)


def _git(*arguments: str, cwd: Path | None = None) -> str:
    command = ("git", *arguments)
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=cwd)  # noqa: S603  (git, with arguments that are no options)
    except FileNotFoundError as error:
        message = "`--changed-since` asks git, and there is no git here."
        raise UsageError(message) from error
    except subprocess.CalledProcessError as error:
        said = str(error.stderr).strip().splitlines()
        message = f"`--changed-since`: git says: {said[0] if said else 'nothing'}"
        raise UsageError(message) from error
    return done.stdout
