"""Build the manual as a site of static pages."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from pathlib import Path

CONFIGURATION = Path(__file__).with_name("mkdocs.yml")

MARK = ".nbdoctor-manual"
"""Marks a folder that was built here: MkDocs empties it before it builds, all but hidden files."""


class CannotBuildError(Exception):
    """The site could not be built; the message says what to do."""


def build(folder: Path) -> None:
    """Build the site into `folder`.

    Parameters
    ----------
    folder : Path
        New, empty, or built by this function before.

    Raises
    ------
    CannotBuildError
        MkDocs is not installed, the folder holds something else, or a link leads nowhere.
    """
    try:
        from mkdocs.commands import build as mkdocs
        from mkdocs.config import load_config
        from mkdocs.exceptions import MkDocsException
    except ImportError as error:
        message = 'This needs MkDocs: pip install "nbdoctor[manual]".'
        raise CannotBuildError(message) from error
    if folder.exists() and not _may_be_emptied(folder):
        message = f"`{folder}` holds something else than an earlier manual. Choose a new folder."
        raise CannotBuildError(message)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).touch()
    try:
        with _warnings_shown():
            mkdocs.build(load_config(str(CONFIGURATION), site_dir=str(folder.resolve())))
    except MkDocsException as error:
        message = f"The manual could not be built: {error}"
        raise CannotBuildError(message) from error


@contextlib.contextmanager
def _warnings_shown() -> Iterator[None]:
    """Print the warnings of MkDocs: each of them stops the build."""
    logger, handler = logging.getLogger("mkdocs"), logging.StreamHandler()
    handler.setLevel(logging.WARNING)
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)


def _may_be_emptied(folder: Path) -> bool:
    return folder.is_dir() and ((folder / MARK).is_file() or not any(folder.iterdir()))
