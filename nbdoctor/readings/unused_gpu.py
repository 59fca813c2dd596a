"""A GPU of the machine that the backend does not find."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from nbdoctor import backend
from nbdoctor.readings.missing import NotTakenError, does_not_apply
from nbdoctor.readings.pipeline import Pipeline
from nbdoctor.readings.reading import Moment, reading

DRIVER, DEVICES = Path("/proc/driver/nvidia"), Path("/dev")
"""Where Linux tells of GPUs of NVIDIA, and where programs open them."""

MODEL = re.compile(r"^Model:(.+)$", re.MULTILINE)
HIDES = ("CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES")
"""Variables of the environment by which somebody chooses GPUs, or none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnusedGpu:
    """A GPU that the machine has and the backend has not found.

    Attributes
    ----------
    names : tuple of str
    remaining : float or None
        Seconds that the training was expected to take when its first steps were timed.
    """

    names: tuple[str, ...]
    remaining: float | None = None


@reading(
    "the GPUs",
    when=Moment.TIMED,
    missing=does_not_apply("the machine has no GPU of NVIDIA, or the backend uses it"),
)
def unused_gpu(pipeline: Pipeline) -> UnusedGpu | None:
    """Compare what Linux tells of GPUs with what the backend has found."""
    if not backend.is_supported() or backend.current().device.finds_gpu():
        return None
    names = gpus_of_machine(DRIVER, DEVICES)
    if not names:
        return None
    if any(name in os.environ for name in HIDES):
        raise NotTakenError(does_not_apply("the environment chooses which GPUs are used"))
    return UnusedGpu(names=names, remaining=pipeline.remaining)


def gpus_of_machine(driver: Path, devices: Path) -> tuple[str, ...]:
    """Names of the GPUs that the driver has and that can be opened; nothing is asked of them.

    Parameters
    ----------
    driver, devices : Path
        `DRIVER` and `DEVICES`. A container sees the first without the second where it was given
        no GPU.
    """
    try:
        if not any(re.fullmatch(r"nvidia\d+", one.name) for one in devices.iterdir()):
            return ()
        files = sorted((driver / "gpus").glob("*/information"))
        found = [MODEL.search(file.read_text(encoding="utf-8")) for file in files]
    except OSError:
        return ()
    return tuple(one[1].strip() for one in found if one is not None)
