"""nbdoctor: a doctor for neural networks, inside the notebook.

Importing this, or loading the extension, imports neither Keras nor ipywidgets.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

__all__ = [
    "Found",
    "Options",
    "Report",
    "Trying",
    "diagnose",
    "load_ipython_extension",
    "try_change",
    "watching",
]

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from nbdoctor.api import diagnose
    from nbdoctor.headless.change.options import Trying
    from nbdoctor.headless.change.trying import try_change
    from nbdoctor.headless.watching import Found, watching
    from nbdoctor.report import Report
    from nbdoctor.session.options import Options

_PLACES = {
    "Found": "nbdoctor.headless.watching",
    "Options": "nbdoctor.session.options",
    "Report": "nbdoctor.report",
    "Trying": "nbdoctor.headless.change.options",
    "diagnose": "nbdoctor.api",
    "try_change": "nbdoctor.headless.change.trying",
    "watching": "nbdoctor.headless.watching",
}
"""Imported when asked for: each run of pytest imports this package, most of them for nothing."""


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    value = globals()[name] = getattr(import_module(_PLACES[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Make `%%diagnose` and `%diagnose` known: `%load_ext nbdoctor`."""
    from nbdoctor.look.collector import at_rest

    with at_rest():  # modules stay: to look through them for garbage is in vain
        from nbdoctor.notebook.magic import load
    load(shell)


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """Forget them again: `%unload_ext nbdoctor`."""
    from nbdoctor.notebook.magic import unload

    unload(shell)


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    """Where JupyterLab finds the prebuilt extension, for `jupyter-builder develop`."""
    return [{"src": "labextension", "dest": "nbdoctor"}]
