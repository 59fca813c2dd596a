"""Where TensorFlow computes, and how much memory is left there."""

from __future__ import annotations

import contextlib

import tensorflow as tf
from tensorflow.python import pywrap_tfe
from tensorflow.python.client import pywrap_tf_session
from tensorflow.python.eager import context as eager_context

GPU = "GPU:0"


def device_name() -> str:
    """The device that Keras computes on: "CPU" or "GPU (its name)"."""
    gpus = tf.config.get_visible_devices("GPU")
    if not gpus:
        return "CPU"
    name = tf.config.experimental.get_device_details(gpus[0]).get("device_name", "")
    return f"GPU ({name})" if name else "GPU"


def has_gpu() -> bool:
    """Whether TensorFlow computes on a GPU unless it is told otherwise."""
    return bool(tf.config.get_visible_devices("GPU"))


def finds_gpu() -> bool:
    """Whether TensorFlow has found a GPU, even one that the user has hidden from it."""
    return bool(tf.config.list_physical_devices("GPU"))


def on_cpu() -> contextlib.AbstractContextManager[object]:
    """Compute on the CPU inside the block."""
    device: contextlib.AbstractContextManager[object] = tf.device("CPU:0")
    return device


def free_memory() -> int | None:
    """Bytes that TensorFlow may still take on the first GPU, None where that is not known."""
    limit = memory_limit(GPU) if has_gpu() else None
    if limit is None:
        return None
    return limit - int(tf.config.experimental.get_memory_info(GPU)["current"])


def memory_limit(device: str) -> int | None:
    """Bytes that TensorFlow allows itself on `device` ("GPU:0"), None where it does not tell.

    Its public functions tell what is used, not what may be; the list of its devices tells both.
    """
    with contextlib.suppress(AttributeError, TypeError):
        devices = pywrap_tfe.TFE_ContextListDevices(eager_context.context()._handle)  # noqa: SLF001
        for number in range(pywrap_tfe.TF_DeviceListCount(devices)):
            if pywrap_tfe.TF_DeviceListName(devices, number).endswith(device):
                return int(pywrap_tf_session.TF_DeviceListMemoryBytes(devices, number))
    return None
