"""Which operations of a traced step act on nothing but what a copy can stand for.

There is no list of what is dangerous: an operation that TensorFlow's own register calls stateful
has to be on one of these lists.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tensorflow.python.framework import op_def_registry

from nbdoctor.backend.engine import RefusedError

ON_VARIABLES = frozenset(
    {
        "AssignAddVariableOp",
        "AssignSubVariableOp",
        "AssignVariableOp",
        "DisableCopyOnRead",
        "ReadVariableOp",
        "ResourceGather",
        "ResourceGatherNd",
        "ResourceStridedSliceAssign",
        "RngReadAndSkip",
        "RngSkip",
        "StatefulRandomBinomial",
        "StatefulStandardNormalV2",
        "StatefulTruncatedNormal",
        "StatefulUniform",
        "StatefulUniformFullInt",
        "StatefulUniformInt",
        "VarIsInitializedOp",
        "VariableShape",
    }
)
"""Operations that act on a variable which they are handed, and on nothing else."""

UPDATES = ("ResourceApply", "ResourceScatter", "ResourceSparseApply")
"""Beginnings of the names of further ones: the rules of optimizers, and writes of some rows. A test
lists all that TensorFlow registers under them."""

ON_THEIR_OWN = frozenset(
    {
        "AllCandidateSampler",
        "CudnnRNN",
        "CudnnRNNBackprop",
        "CudnnRNNBackpropV2",
        "CudnnRNNBackpropV3",
        "CudnnRNNV2",
        "CudnnRNNV3",
        "FixedUnigramCandidateSampler",
        "LearnedUnigramCandidateSampler",
        "LogUniformCandidateSampler",
        "Multinomial",
        "ParameterizedTruncatedNormal",
        "RandomGamma",
        "RandomPoisson",
        "RandomPoissonV2",
        "RandomShuffle",
        "RandomStandardNormal",
        "RandomUniform",
        "RandomUniformInt",
        "SampleDistortedBoundingBox",
        "SampleDistortedBoundingBoxV2",
        "TruncatedNormal",
        "UniformCandidateSampler",
    }
)
"""... and those that keep what they keep (where their random numbers are) in their own kernel, of
which a copy of the graph has one of its own."""

FOR_ONE_RUN = frozenset(
    {
        "StackCloseV2",
        "StackPopV2",
        "StackPushV2",
        "StackV2",
        "TensorArrayCloseV3",
        "TensorArrayConcatV3",
        "TensorArrayGatherV3",
        "TensorArrayGradV3",
        "TensorArrayGradWithShape",
        "TensorArrayReadV3",
        "TensorArrayScatterV3",
        "TensorArraySizeV3",
        "TensorArraySplitV3",
        "TensorArrayV3",
        "TensorArrayWriteV3",
    }
)
"""... those that act on what lives for one run of the graph only: no handle of another run reaches
it, as captured handles are of variables and tables."""

WRITE_NOTHING = frozenset(
    {
        "Assert",
        "CheckNumerics",
        "CheckNumericsV2",
        "DeepCopy",
        "DeviceIndex",
        "Empty",
        "IsTensorFloat32Enabled",
        "NonDeterministicInts",
        "StatelessRandomGetAlg",
        "Timestamp",
    }
)
"""... and those that are registered as stateful only so that they are not folded into constants or
left out: they raise, read a clock or the device, or give memory that nobody else has."""

ON_TABLES = frozenset({"LookupTableExportV2", "LookupTableFindV2", "LookupTableSizeV2"})
"""Reading a table changes nothing, so that a step may share it with training."""

CALLS = frozenset(
    {
        "Case",
        "If",
        "PartitionedCall",
        "StatefulPartitionedCall",
        "StatelessCase",
        "StatelessIf",
        "StatelessWhile",
        "While",
        "XlaLaunch",
        "_Arg",
        "_Retval",
    }
)
"""Operations that run functions, whose own operations are looked at one by one."""

NOT_AS_REGISTERED = frozenset(
    {
        "Abort",
        "Batch",
        "BatchFunction",
        "DebugIdentity",
        "DebugNanCount",
        "DebugNumericSummary",
        "PyFuncStateless",
        "Unbatch",
        "UnbatchGrad",
    }
)
"""Operations that TensorFlow's register says to keep no state, although they run Python, write
files, end the process, or share a queue with others of their name."""

KNOWN = ON_VARIABLES | ON_THEIR_OWN | FOR_ONE_RUN | WRITE_NOTHING | ON_TABLES | CALLS


def refuse_strangers(definition: Any, graph: Any) -> None:
    """Raise where a function, or one that it calls, holds an operation that is not known.

    There is no list of what is dangerous: an operation that TensorFlow's own register calls
    stateful has to be one that acts on variables which it is handed, or on its own kernel.

    Raises
    ------
    RefusedError
        It names the operations.
    """
    library = {
        one.cached_definition.signature.name: one.cached_definition
        for one in graph._functions.values()  # noqa: SLF001  (there is no public way)
    }
    operations = _operations(definition, library)
    strangers = sorted({one.op for one in operations if one.op not in library and _is_strange(one)})
    if strangers:
        acts = "it runs " if len(strangers) == 1 else "it runs the operations "
        names = ", ".join(f"`{name}`" for name in strangers)
        message = f"{acts}{names}, which acts on more than variables"
        raise RefusedError(message)


def _is_strange(node: Any) -> bool:
    registered = op_def_registry.get(node.op)
    if registered is None or node.op in NOT_AS_REGISTERED:
        return True
    if any(argument.is_ref for argument in registered.input_arg):  # state of TensorFlow 1
        return True
    if not registered.is_stateful:
        return False
    return not (node.op in KNOWN or node.op.startswith(UPDATES))


def _operations(definition: Any, library: dict[str, Any]) -> Iterator[Any]:
    """All operations of a function and of those that it calls, each function once."""
    seen: set[str] = set()
    waiting = [definition]
    while waiting:
        for node in waiting.pop().node_def:
            yield node
            for called in _called_by(node, library):
                if called not in library:
                    message = f"it calls `{called}`, which cannot be looked into"
                    raise RefusedError(message)
                if called not in seen:
                    seen.add(called)
                    waiting.append(library[called])


def _called_by(node: Any, library: dict[str, Any]) -> Iterator[str]:
    """Functions that an operation calls; it may bear the name of the only one itself."""
    if node.op in library:
        yield node.op
    for value in node.attr.values():
        yield from (one.name for one in (value.func, *value.list.func) if one.name)
