"""Where a backend computes, as the examination asks for it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol


class Device(Protocol):
    """Where the backend computes, and how much memory is left there (`device.py`)."""

    def device_name(self) -> str:
        """Return "CPU" or "GPU (its name)"."""

    def has_gpu(self) -> bool:
        """Whether it computes on a GPU unless it is told otherwise."""

    def finds_gpu(self) -> bool:
        """Whether it has found a GPU, even if the user keeps it from being used."""

    def on_cpu(self) -> AbstractContextManager[object]:
        """Compute on the CPU inside the block."""

    def free_memory(self) -> int | None:
        """Return the bytes that may still be taken on the GPU, None where that is not known."""
