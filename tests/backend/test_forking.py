from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

STATES = {
    "nothing loaded": ("", "True"),
    "keras loaded": ("import keras, tensorflow", "True"),
    "arrays multiplied": ("import numpy; numpy.ones((300, 300)) @ numpy.ones((300, 300))", "True"),
    "an operation made": ("import keras; keras.ops.zeros(3)", "False"),
    "a thread running": (
        "import threading; threading.Thread(target=threading.Event().wait, daemon=True).start()",
        "False",
    ),
}


@pytest.mark.skipif(sys.platform != "linux", reason="only there processes are forked")
@pytest.mark.parametrize(("code", "expected"), STATES.values(), ids=list(STATES))
def test_a_process_can_be_forked_until_tensorflow_is_used(code: str, expected: str) -> None:
    text = f"{code}\nfrom nbdoctor.backend.forking import may_fork\nprint(may_fork())"
    done = subprocess.run(
        [sys.executable, "-c", text], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == expected
