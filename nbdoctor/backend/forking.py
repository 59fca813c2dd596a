"""Whether this process can be copied as it stands."""

from __future__ import annotations

import os
import sys
import threading

from nbdoctor.backend.tensorflow_names import has_started


def may_fork() -> bool:
    """Whether a fork of this process would be whole: it has one thread, and no device is in use.

    TensorFlow starts its threads at its first operation, not when it is imported. Threads of NumPy
    count for nothing: its libraries begin anew in a fork.
    """
    if not hasattr(os, "fork") or sys.platform == "darwin" or threading.active_count() > 1:
        return False
    torch = sys.modules.get("torch.cuda")
    is_used = getattr(torch, "is_initialized", None)
    if is_used is not None and is_used():
        return False
    return not has_started()
