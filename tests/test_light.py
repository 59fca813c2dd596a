"""Loading nbdoctor costs nothing that the notebook did not ask for."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("keras", "tensorflow", "jax", "torch", "ipywidgets", "matplotlib", "sklearn")

LIGHT = {
    "the package": "import nbdoctor",
    "the extension": (
        "from IPython.core.interactiveshell import InteractiveShell as Shell\n"
        "Shell.instance().extension_manager.load_extension('nbdoctor')"
    ),
    "the catalogue of rules": "from nbdoctor.rules import catalogue; assert catalogue()",
}


def heavy_modules_after(code: str) -> set[str]:
    """Which heavy modules a fresh Python holds when it has run `code`."""
    told = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    return set(HEAVY) & set(told.stdout.split())


@pytest.mark.parametrize("code", LIGHT.values(), ids=LIGHT)
def test_loading_is_light(code: str) -> None:
    assert heavy_modules_after(code) == set()


def test_a_heavy_import_would_be_seen() -> None:
    assert "matplotlib" in heavy_modules_after("import nbdoctor, matplotlib")
