"""Each file is short enough to be read in one go."""

from __future__ import annotations

from pathlib import Path

import nbdoctor

PACKAGE = Path(nbdoctor.__file__).parent
MOST_LINES = 300


def test_no_file_of_the_package_is_long() -> None:
    lines = {
        file.relative_to(PACKAGE).as_posix(): len(file.read_text(encoding="utf-8").splitlines())
        for file in PACKAGE.rglob("*.py")
    }
    assert len(lines) > MOST_LINES
    assert {name: number for name, number in lines.items() if number > MOST_LINES} == {}
