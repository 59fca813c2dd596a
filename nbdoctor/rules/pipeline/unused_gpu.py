"""A GPU that the backend does not find, while training takes long."""

from __future__ import annotations

from collections.abc import Iterator

from nbdoctor.cell.cell import Cell
from nbdoctor.readings.unused_gpu import UnusedGpu
from nbdoctor.rules.figures import figure, listed
from nbdoctor.rules.rule import DoesNotApplyError, Finding, rule


@rule(
    family="pipeline",
    severity="note",
    kind="proof",
    holds="Training is short, or the GPU of the machine is used",
)
def unused_gpu(gpu: UnusedGpu, /, *, seconds: float = 30.0) -> Iterator[Finding]:
    """A GPU that TensorFlow does not find, while training takes long.

    ## What it means
    The machine has a GPU, and TensorFlow computes on the processor, since it finds no GPU:
    TensorFlow without the libraries of CUDA is installed, or they do not fit the driver.
    Convolutions and large layers then take many times as long. The warning that says so scrolls by
    when TensorFlow is imported.

    ## How it is measured
    Linux names a GPU of NVIDIA (`/proc/driver/nvidia`) and a device to open it by, TensorFlow's
    list of GPUs is empty, and no variable of the environment chooses GPUs. It is told where the
    first steps show that the training will take `seconds` (30) or more.

    ## Example
    ```python
    import tensorflow as tf

    tf.config.list_physical_devices("GPU")      # []
    ```

    ## What the treatment does
    It says what to install.

    ## When to ignore it
    When the GPU is kept free for something else, or the model is so small that it gains nothing.

    ## References
    TensorFlow documentation, "Install TensorFlow with pip".
    """
    if gpu.remaining is None:
        message = "how long the training takes is not known"
        raise DoesNotApplyError(message)
    if gpu.remaining >= seconds:
        yield Finding(
            title="The GPU of this machine is not used",
            says=f"The machine has {listed(gpu.names)}, and TensorFlow finds no GPU. By its first "
            f"steps the training takes {figure(gpu.remaining, 2)} more seconds on the processor.",
            measured={"GPUs that TensorFlow finds": 0},
            expected={"GPUs that TensorFlow finds": len(gpu.names)},
        )


@unused_gpu.treatment("Install the libraries of the GPU", effect="advice")
def install_libraries(_finding: Finding, _cell: Cell) -> str:
    """Let TensorFlow find the GPU."""
    return (
        'Install TensorFlow with the libraries of CUDA (`pip install "tensorflow[and-cuda]"`), '
        "restart the kernel, and look whether `tf.config.list_physical_devices('GPU')` names it."
    )
