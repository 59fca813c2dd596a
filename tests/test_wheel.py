"""The wheel as its users get it: JupyterLab finds the extension, no Node.js is needed, and the
manual is in it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

ROOT = Path(__file__).parents[1]

LIST = "from jupyterlab.labextensions import main; main()"
"""What the program `jupyter-labextension` does, which the lent JupyterLab does not bring."""


def run(*command: str | Path, env: dict[str, str] | None = None) -> str:
    done = subprocess.run(
        [*map(str, command)], capture_output=True, text=True, check=False, timeout=300, env=env
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_a_new_environment_without_node_has_the_extension(tmp_path: Path) -> None:
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check")
    run(*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", tmp_path, ROOT)
    [wheel] = tmp_path.glob("nbdoctor-*.whl")
    made = tmp_path / "venv"
    venv.create(made)
    programs = made / ("Scripts" if os.name == "nt" else "bin")
    python = shutil.which("python", path=str(programs))
    assert python is not None
    run(*pip, "--python", python, "install", "--no-deps", "--no-index", wheel)
    # JupyterLab itself is lent by the environment of the tests: to install it takes minutes.
    [library] = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").split()
    Path(library, "lent.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    env = {
        "PATH": str(programs),
        "HOME": str(tmp_path),
        "JUPYTER_CONFIG_DIR": str(tmp_path / "config"),
        "JUPYTER_DATA_DIR": str(tmp_path / "data"),
    }
    assert shutil.which("node", path=env["PATH"]) is None
    listed = run(python, "-c", LIST, "list", env=env)
    plain = re.sub(r"\x1b\[\d+m", "", listed)
    assert re.search(r"nbdoctor v\S+ +enabled +OK \(python, nbdoctor\)", plain)
    assert str(made) in plain
    # Isolated, so that it is not the source that answers.
    run(python, "-I", "-m", "nbdoctor", "manual", tmp_path / "manual", env=env)
    for page in ("index", "limitations", "security", "contributing", "rules/dead-units"):
        assert (tmp_path / "manual" / f"{page}.html").is_file()
