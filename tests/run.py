"""Run every check, the browser tests included: `python tests/run.py`.

It needs Python 3.10 or newer and nothing else. What the checks need is put into .venv beside
pyproject.toml; a browser is installed where the machine has none. Arguments are handed to pytest.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LABEXTENSION = ROOT / "labextension"
VENV = ROOT / ".venv"
PROGRAMS = VENV / ("Scripts" if os.name == "nt" else "bin")

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge", "microsoft-edge")

BY_FILE = ("-n", "auto", "--dist", "loadfile", "--no-loadscope-reorder")
"""In the order of the files: by the number of their tests the slowest, which have few, come last,
and one process waits for the other."""


def say(text: str) -> None:
    """Tell the reader of the terminal what happens next."""
    print(f"\n== {text}", flush=True)


def succeeds(*command: str | Path, folder: Path = ROOT) -> bool:
    """Run a command where its reader sees it; whether it ended well."""
    known = shutil.which(str(command[0])) or str(command[0])
    return not subprocess.run(
        [known, *map(str, command[1:])], cwd=folder, check=False, stdin=subprocess.DEVNULL
    ).returncode


def must(*command: str | Path, folder: Path = ROOT) -> None:
    """Run a command that the rest depends on."""
    if not succeeds(*command, folder=folder):
        sys.exit(f"This command failed, so the checks cannot go on: {' '.join(map(str, command))}")


def pip_install(*what: str) -> None:
    """Install Python packages into .venv."""
    quiet = ("--quiet", "--disable-pip-version-check")
    must(PROGRAMS / "python", "-m", "pip", "install", *quiet, *what)


def distribution() -> str:
    """Name of the Linux distribution, "" on other systems."""
    try:
        return platform.freedesktop_os_release()["ID"]
    except OSError:
        return ""


def apt_install(package: str) -> bool:
    """Install a package of Debian or Ubuntu; whether that could be done."""
    if distribution() not in {"debian", "ubuntu"}:
        return False
    say(f"Installing {package} with apt-get")
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    may = () if os.access("/usr/bin", os.W_OK) else ("sudo", "-n")
    return succeeds(*may, "apt-get", "update", "-q") and succeeds(
        *may, "apt-get", "install", "-q", "-y", "--no-install-recommends", package
    )


def prepare() -> None:
    """Make .venv and install nbdoctor into it, as its users do: built, not linked."""
    if not PROGRAMS.is_dir():
        say(f"Making {VENV}")
        try:
            import ensurepip  # noqa: F401  (Debian has it in a package of its own)
        except ImportError:
            apt_install("python3-venv")
        venv.create(VENV, with_pip=True)
    say("Installing nbdoctor, TensorFlow, JupyterLab and the tools (minutes, the first time)")
    pip_install(f"{ROOT}[cpu,test]")


def find_browser() -> None:
    """Leave the path of a browser in NBDOCTOR_CHROMIUM, or install Playwright's."""
    if os.environ.get("NBDOCTOR_CHROMIUM"):
        return
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    # Ubuntu's package is a snap, which does not run in a container.
    if not found and distribution() == "debian" and apt_install("chromium"):
        found = shutil.which("chromium")
    if found:
        os.environ["NBDOCTOR_CHROMIUM"] = found
        return
    say("Installing Playwright's Chromium")
    libraries = ("--with-deps",) if distribution() == "ubuntu" else ()
    must(PROGRAMS / "playwright", "install", *libraries, "chromium")


def frontend_checks() -> Iterator[str]:
    """Check the TypeScript, with the machine's Node.js or one installed into .venv."""
    from hatch_build import NODE_WHEEL, any_npm, system_npm

    if not system_npm():
        say("No Node.js that is new enough: installing one into .venv")
        pip_install(NODE_WHEEL)
    npm, environment = any_npm()
    os.environ.update(environment)
    say("Installing the packages of labextension/")
    must(*npm, "ci", "--no-audit", "--no-fund", "--loglevel=error", folder=LABEXTENSION)
    for script in ("check", "lint", "test"):
        say(f"npm run {script}")
        if not succeeds(*npm, "run", "--silent", script, folder=LABEXTENSION):
            yield f"npm run {script}"


def python_checks(arguments: list[str]) -> Iterator[str]:
    """Check the Python, and the whole in a browser."""
    for command in (
        ("ruff", "check"),
        ("ruff", "format", "--check"),
        ("mypy",),
        ("lint-imports",),
        ("pytest", *BY_FILE, *arguments),
    ):
        say(" ".join(command))
        if not succeeds(PROGRAMS / command[0], *command[1:]):
            yield " ".join(command)


def main() -> None:
    """Prepare, then check everything and say what failed."""
    if Path(sys.prefix).resolve() != VENV:
        prepare()
        find_browser()
        sys.exit(not succeeds(PROGRAMS / "python", __file__, *sys.argv[1:]))
    sys.path.insert(0, str(ROOT))
    failed = [*frontend_checks(), *python_checks(sys.argv[1:])]
    sys.exit(f"\nFailed: {', '.join(failed)}" if failed else 0)


if __name__ == "__main__":
    main()
