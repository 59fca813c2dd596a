"""Crashes from lack of memory."""

from __future__ import annotations

from nbdoctor.rules.crashes.entry import Entry

MEMORY = (
    Entry(
        name="step-memory",
        title="A training step does not fit into memory",
        pattern=r"OOM when allocating tensor with shape\[(?P<shape>[\d,]*)\] and type "
        r"(?P<type>\w+) on \S*device:(?P<device>\w+):",
        says="The {device} has not enough free memory for a tensor of shape ({shape}) and type "
        "`{type}`.",
        fix="Reduce the batch size: `fit(..., batch_size=...)` for arrays, `.batch(...)` for "
        "datasets; half the batch size needs about half the memory. Other notebooks may also "
        "occupy memory: shut down kernels that you do not need.",
    ),
    Entry(
        name="array-memory",
        title="An array does not fit into memory",
        pattern=r"Unable to allocate (?P<size>[\d.]+ \w+) for an array with shape "
        r"\((?P<shape>[\d, ]+?),?\) and data type (?P<type>\w+)",
        says="An array of shape ({shape}) and type `{type}` takes {size}, more than the free "
        "memory.",
        fix='`astype("float32")` takes half the memory of "float64", and "uint8" an eighth. Data '
        "that does not fit as a whole can be read in batches, with `tf.data`, "
        "`keras.utils.PyDataset` or `image_dataset_from_directory`.",
    ),
)
