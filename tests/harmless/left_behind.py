"""What a cell has left in its process, as words that two runs are compared by."""

from __future__ import annotations

import gc
import hashlib
import importlib.util
import logging
import os
import random
import signal
import sys
import threading
import warnings
from pathlib import Path
from typing import Any

from IPython.core.getipython import get_ipython

from tests.harmless.noise import plainer

DIAGNOSIS = "diagnosis"
"""The name that reports are kept under, which is no trace."""

MAY_GO_ON = "may go on"
"""In the name of a thread that the cell leaves running."""

OWN_THREADS = ("IPythonHistory", "IOPub", "Heartbeat", "Control", MAY_GO_ON)
"""Threads of the kernel's, which come when they come, and those just named."""

UNSEEN_NAMES = ("scratch_graph",)
"""Names that Keras numbers and shows nowhere: of graphs thrown away."""

LONGEST = 200
"""Characters of a value that are kept beside its digest."""

METHODS_OF_THE_SHELL = ("run_cell", "run_code", "showsyntaxerror", "showtraceback")

SIMPLE = (bool, int, str, bytes, float, list, dict, tuple, set)

_spec = importlib.util.find_spec("nbdoctor")
OURS = Path(_spec.origin).parent if _spec and _spec.origin else Path("nbdoctor")
"""The folder of the package."""

_environment_before = dict(os.environ)


def begin() -> None:
    """Take the environment as it is now for what the cell found."""
    _environment_before.clear()
    _environment_before.update(os.environ)


def digest(*values: Any) -> str:
    """Of arrays and of what NumPy makes arrays of, bit for bit."""
    import numpy as np

    sha = hashlib.sha256()
    for value in values:
        array = np.ascontiguousarray(value)
        sha.update(f"{array.dtype}{array.shape}".encode())
        sha.update(repr(array.tolist()).encode() if array.dtype == object else array.tobytes())
    return sha.hexdigest()[:12]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]


def left_behind(names: dict[str, Any]) -> dict[str, str]:
    """The state of the process, and of the models and values among `names`."""
    return {
        **(_of_keras() if "keras" in sys.modules else {}),
        **_of_names(names),
        **_of_the_process(),
    }


def _of_names(names: dict[str, Any]) -> dict[str, str]:
    mine = {
        name: value
        for name, value in sorted(names.items())
        if not name.startswith("_") and name != DIAGNOSIS
    }
    found = {"names": repr(list(mine))}
    for name, value in mine.items():
        if name in {"In", "Out", "exit", "quit", "get_ipython", "outcome"}:
            continue
        try:
            found |= {f"{name}.{part}": word for part, word in _of_value(value).items()}
        except Exception as error:  # noqa: BLE001  (objects that raise whatever they are asked)
            found[f"{name}.state"] = type(error).__name__
    return found


def _of_value(value: Any) -> dict[str, str]:
    import numpy as np

    classes = type(value).__mro__
    if "keras" in sys.modules and sys.modules["keras"].Model in classes:
        optimizer = vars(value).get("optimizer") or getattr(value, "optimizer", None)
        slots = [] if optimizer is None else optimizer.variables
        return {
            "weights": digest(*[one.numpy() for one in value.weights]),
            "optimizer": digest(*[one.numpy() for one in slots]),
        }
    if type(value).__name__ == "History":
        return {"history": repr(value.history)}
    if type(value) is np.ndarray:
        return {"values": digest(value)}
    if type(value) in SIMPLE:
        text = plainer(repr(value))
        return {"value": text if len(text) <= LONGEST else f"{text[:LONGEST]} {_digest(text)}"}
    return {}


def _of_keras() -> dict[str, str]:
    import keras
    import numpy as np
    import tensorflow as tf
    from keras.src.backend.common import global_state
    from tensorflow.python.eager import context, execute
    from tensorflow.python.ops.resource_variable_ops import BaseResourceVariable

    seeds = global_state.get_global_attribute("global_seed_generator")
    drawn = context.context()
    generator = getattr(drawn, "_rng", None)
    methods = (
        keras.Model.fit,
        keras.Model.evaluate,
        keras.Model.predict,
        keras.Model.train_on_batch,
        keras.Model.make_train_function,
        keras.layers.Layer.__call__,
        keras.losses.Loss.__call__,
        keras.optimizers.Optimizer.apply,
        keras.optimizers.Optimizer.apply_gradients,
        keras.optimizers.Optimizer.assign,
        keras.utils.PyDataset.__init__,
        tf.GradientTape.gradient,
        tf.GradientTape.__exit__,
        tf.Variable.assign,
        BaseResourceVariable.assign,
        BaseResourceVariable.assign_add,
        tf.data.Dataset.__init__,
        tf.data.Dataset.__iter__,
        execute.execute,
    )
    legacy = np.random.get_state()  # noqa: NPY002  (what users' code draws on)
    return {
        "numpy": digest(*legacy[1:]),
        "python": _digest(repr(random.getstate())),
        "floats": repr(
            (
                keras.config.floatx(),
                keras.config.epsilon(),
                keras.config.image_data_format(),
                keras.config.dtype_policy().name,
                np.geterr(),
                sorted((name, repr(value)) for name, value in np.get_printoptions().items()),
            )
        ),
        "keras seed": digest(seeds.state.numpy()) if seeds is not None else "",
        "tf seed": repr((drawn._seed, generator and digest(generator.getstate()[1]))),
        "tf eager": repr(tf.config.functions_run_eagerly()),
        "listeners": repr([_written_in(one) for one in drawn.op_callbacks]),
        "names to come": repr(
            sorted(
                (name, number)
                for name, number in (
                    global_state.get_global_attribute("object_name_uids") or {}
                ).items()
                if name not in UNSEEN_NAMES
            )
        ),
        "patched": repr([_written_in(method) for method in methods]),
    }


def _written_in(method: Any) -> str:
    code = getattr(method, "__code__", None)
    if code and OURS in Path(code.co_filename).parents:
        return "nbdoctor"
    return str(getattr(method, "__qualname__", ""))


def _of_the_process() -> dict[str, str]:
    now, before = dict(os.environ), _environment_before
    changed = {name for name in {*now, *before} if now.get(name) != before.get(name)}
    running = (
        thread.name
        for thread in threading.enumerate()
        if type(thread).__module__ != "zmq.utils.garbage"  # begins with the first large message
    )
    handlers = {number: signal.getsignal(number) for number in signal.valid_signals()}
    root = logging.getLogger()
    found = {
        "environment": repr(sorted((name, now.get(name)) for name in changed)),
        "folder": Path.cwd().name,
        "threads": repr(
            sorted(name for name in running if not any(own in name for own in OWN_THREADS))
        ),
        "signals": repr(
            sorted(
                (int(number), str(getattr(handler, "__qualname__", handler)))
                for number, handler in handlers.items()
                if handler is not signal.SIG_DFL
            )
        ),
        "logging": repr((root.level, [type(one).__name__ for one in root.handlers])),
        "switches": repr(
            (
                gc.isenabled(),
                [str(one[:3]) for one in warnings.filters],
                sys.gettrace() is None,
                sys.getprofile() is None,
                sys.getrecursionlimit(),
                sys.path,
                [type(stream).__name__ for stream in (sys.stdin, sys.stdout, sys.stderr)],
            )
        ),
    }
    shell = get_ipython()
    if shell:
        mine = [name for name in METHODS_OF_THE_SHELL if name in vars(shell)]
        found["shell"] = repr((mine, shell.custom_exceptions))
    return found


def files_here(folder: Path) -> dict[str, list[object]]:
    """Size and digest of every file below `folder`."""
    found: dict[str, list[object]] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            name = path.relative_to(folder).as_posix()
            try:
                content = path.read_bytes()
            except OSError:
                found[name] = ["unreadable"]
            else:
                found[name] = [len(content), hashlib.sha256(content).hexdigest()[:10]]
    return found
