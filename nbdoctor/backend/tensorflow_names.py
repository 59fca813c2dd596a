"""Names inside of TensorFlow by which its own code is told from the user's; nothing is imported."""

from __future__ import annotations

import sys

NATIVE = ("_wrappers", "pybind11_builtins")
"""Modules that classes which are written in C or C++ say that they are from: those of `wrapt` and
of TensorFlow."""

ONLY_COMPUTE = tuple(
    f"python/ops/{name}.py"
    for name in (
        "array_ops",
        "clip_ops",
        "gen_array_ops",
        "gen_math_ops",
        "gen_nn_ops",
        "math_ops",
        "nn_impl",
        "nn_ops",
        "special_math_ops",
    )
)
"""Functions of TensorFlow from these files write nothing; `tf.print` and `Variable.assign` do."""

DECORATORS = ("python/autograph/", "python/ops/weak_tensor_ops.py", "python/util/")
"""Where TensorFlow keeps what it wraps around functions."""

WRAPPERS = ("_DictWrapper", "_TupleWrapper")
"""Of TensorFlow, around containers that an object holds."""

FUNCTION = "Function"
"""What the class of a `tf.function` is called."""

CONTEXT = ("tensorflow.python.eager.context", "_context", "_context_handle")
"""Where TensorFlow keeps its devices and threads, from its first operation on."""


def has_started() -> bool:
    """Whether TensorFlow has made an operation in this process, and so has started its threads."""
    module, context, handle = CONTEXT
    return getattr(getattr(sys.modules.get(module), context, None), handle, None) is not None
