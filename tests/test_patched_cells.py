"""Patches of the user's own do under the magic what they do without, then and later.

Some cases are run usually, all of them with `--matrix`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from nbdoctor.backend import patching
from tests.harmless.patches import cells, every_case, some_cases
from tests.running import MODEL, TIMES, run

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

pytestmark = [pytest.mark.keras, pytest.mark.filterwarnings("ignore")]

OWNERS = """
import keras, tensorflow as tf
from tensorflow.python.ops.resource_variable_ops import BaseResourceVariable
owners = [keras.Model, keras.Sequential, keras.layers.Layer, keras.losses.Loss,
          keras.optimizers.Optimizer, tf.GradientTape, tf.Variable, BaseResourceVariable,
          get_ipython(), *type(get_ipython()).__mro__[:-1], *keras.Model.__mro__[1:-1]]
"""
NAMES = (
    "fit",
    "train_on_batch",
    "make_train_function",
    "__call__",
    "apply",
    "gradient",
    "assign",
    "showtraceback",
    "run_code",
)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "method" in metafunc.fixturenames:
        cases = every_case() if metafunc.config.getoption("matrix") else some_cases()
        metafunc.parametrize(("method", "when"), cases, ids=[" ".join(case) for case in cases])


def left_by(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str], magic: str, *case: str
) -> tuple[Any, ...]:
    """What the cells of a case leave and print, the one in question below `magic`."""
    made = cells(*case)
    owners: dict[str, Any] = {"get_ipython": lambda: shell}
    exec(OWNERS, owners)  # noqa: S102
    before = [(owner, dict(vars(owner))) for owner in owners["owners"]]
    try:
        assert run(shell, f"{MODEL}{made.setup}").success
        capsys.readouterr()
        result = shell.run_cell(f"{magic}\n{made.cell}")
        printed = [TIMES.sub("·", "".join(capsys.readouterr()))]
        later = shell.run_cell(made.later)
        printed.append(TIMES.sub("·", "".join(capsys.readouterr())))
        assert later.success, printed
        assert patching._open == []
        return (repr(result.error_in_exec), printed, shell.user_ns["left"])
    finally:
        for owner, attributes in before:
            for name in NAMES:
                if name in attributes:
                    setattr(owner, name, attributes[name])
                elif name in vars(owner):
                    delattr(owner, name)


def test_a_patch_of_the_user_does_what_it_does_without_the_magic(
    shell: InteractiveShell, capsys: pytest.CaptureFixture[str], method: str, when: str
) -> None:
    plain = left_by(shell, capsys, "# plain", method, when)
    diagnosed = left_by(shell, capsys, "%%diagnose -q --no-experiment -o report", method, when)
    assert diagnosed == plain
    report = shell.user_ns["report"]
    reports = report if isinstance(report, tuple) else (report,)
    assert reports[0].faults == ()
