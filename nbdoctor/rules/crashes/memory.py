"""Crashes for want of memory."""

from __future__ import annotations

from nbdoctor.rules.crashes.entry import Entry

MEMORY = (
    Entry(
        title="A step does not fit into memory",
        pattern=r"OOM when allocating tensor with shape\[(?P<shape>[\d,]*)\] and type "
        r"(?P<type>\w+) on \S*device:(?P<device>\w+):",
        says="No memory was left on the {device} for a tensor of shape ({shape}) and type "
        "`{type}`.",
        fix="Make the batch smaller: `fit(..., batch_size=...)` for arrays, `.batch(...)` for "
        "datasets; half of it needs about half of the memory. Other notebooks may hold memory, "
        "too: shut down the kernels that you do not need.",
    ),
    Entry(
        title="An array does not fit into memory",
        pattern=r"Unable to allocate (?P<size>[\d.]+ \w+) for an array with shape "
        r"\((?P<shape>[\d, ]+?),?\) and data type (?P<type>\w+)",
        says="An array of shape ({shape}) and type `{type}` takes {size}, and there is no memory "
        "for it.",
        fix='`astype("float32")` takes half of what "float64" does, and "uint8" an eighth. Data '
        "that does not fit as a whole can be read batch by batch: with `tf.data`, "
        "`keras.utils.PyDataset` or `image_dataset_from_directory`.",
    ),
)
