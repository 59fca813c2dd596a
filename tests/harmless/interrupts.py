"""A cell that is run in one kernel again and again, and interrupted at moments all over it."""

from __future__ import annotations

import json
import random
from typing import Any

from tests.harmless.hostile_cells import HostileCell
from tests.harmless.kernels import Done, Kernel

PAUSES = (0.001, 0.01, 0.05, 0.2)
"""Seconds between an interrupt and a second one."""

LONG = 12.0
"""Seconds after an interrupt at which the kernel has to be free."""

ANSWERS = 40.0
"""Seconds until a round has to be over."""

MARK = "@@@"

FIRST = """
import gc as _gc, json as _json, sys as _sys, threading as _threading, warnings as _warnings
_state = _sys.modules["tests.harmless.left_behind"].left_behind
_first = [keras.Model.fit, keras.layers.Layer.__call__]
"""

AT_REST = "_rest = [len(_warnings.filters), _threading.active_count(), _state({})]"

THREADS_MORE = 3
"""That a kernel may have begun of itself."""

AFTER = f"""
_now, _bad = _state({{}}), []
if [keras.Model.fit, keras.layers.Layer.__call__] != _first: _bad.append("patched")
_bad += [name for name in ("patched", "tf eager", "shell") if _now[name] != _rest[2][name]]
if not _gc.isenabled(): _bad.append("collector off")
if type(_sys.stdout).__name__ != "OutStream": _bad.append("stdout " + type(_sys.stdout).__name__)
if len(_warnings.filters) != _rest[0]: _bad.append("filters of warnings")
if _threading.active_count() > _rest[1] + {THREADS_MORE}: _bad.append("threads")
if "nbdoctor" in type(vars(model).get("train_function")).__module__: _bad.append("train_function")
if type(model).__name__ == "Sequential":
    try:
        _loss = model.fit(x, y, epochs=1, verbose=0).history["loss"][0]
        if _loss != _loss: _bad.append("loss NaN")
    except BaseException as _error:
        _bad.append(f"fit afterwards: {{type(_error).__name__}}: {{str(_error)[:150]}}")
print("{MARK}" + _json.dumps(_bad))
"""


def interrupted(kernel: Kernel, cell: HostileCell, *, plain: bool) -> dict[str, Any]:
    """The rounds, and in `bad` those after which something was not as at rest."""
    source = cell.source(plain=plain)
    kernel.prepare(cell, plain=plain)
    kernel.run(FIRST)
    kernel.run(source, cell.limit)
    whole = kernel.run(source, cell.limit).seconds
    kernel.run(AT_REST)
    draw, times = random.Random(int(cell.keys.get("seed", "1"))), int(cell.keys["times"])  # noqa: S311
    rounds: list[Any] = []
    bad: list[Any] = []
    for number in range(times):
        moments = [whole * (number + draw.random()) / times]
        if number % 2:
            moments.append(moments[0] + draw.choice(PAUSES))
        done = kernel.run(source, ANSWERS, moments)
        if done.ended != "by itself":
            bad.append([moments, f"ended {done.ended}"])
            break
        rounds.append([moments, done.error, done.seconds])
        if wrong := [*_wrong_now(done, moments), *_wrong_after(kernel)]:
            bad.append([moments, wrong])
    return {"ended": "by itself", "rounds": rounds, "bad": bad, "seconds": whole}


def _wrong_now(done: Done, moments: list[float]) -> list[str]:
    wrong = []
    if done.error and done.error[0] != "KeyboardInterrupt":
        wrong.append(f"the cell raised {done.error[0]}: {done.error[1][:150]}")
    if done.error and len(moments) == 1 and done.errors != ["KeyboardInterrupt"]:
        wrong.append(f"the errors shown are {done.errors}")
    if done.seconds - moments[-1] > LONG:
        wrong.append(f"the cell went on for {done.seconds - moments[-1]:.0f} s")
    return wrong


def _wrong_after(kernel: Kernel) -> list[str]:
    done = kernel.run(AFTER)
    _, mark, said = done.streams["stdout"].partition(MARK)
    wrong = json.loads(said.partition("\n")[0]) if mark else [f"no answer: {done.errors}"]
    shown = kernel.run("1/0").errors
    return wrong if shown == ["ZeroDivisionError"] else [*wrong, f"the next error is {shown}"]
