"""Which operations a step may run on copies: all that Keras makes, and none that writes elsewhere.

Everything is traced only, nothing is run.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.framework import op_def_pb2, types_pb2
from tensorflow.python.client import pywrap_tf_session

from nbdoctor.backend.tensorflow import operations as shadows

pytestmark = [pytest.mark.keras, pytest.mark.filterwarnings("ignore")]

L = keras.layers


# -- what TensorFlow registers ----------------------------------------------------------------


def registered() -> dict[str, Any]:
    """All operations of TensorFlow, by name."""
    found = op_def_pb2.OpList()
    found.ParseFromString(pywrap_tf_session.TF_GetBuffer(pywrap_tf_session.TF_GetAllOpList()))
    return {one.name: one for one in found.op}


RULES = [
    "AdaMax",
    "Adadelta",
    "Adagrad",
    "AdagradDA",
    "AdagradV2",
    "Adam",
    "AdamWithAmsgrad",
    "AddSign",
    "CenteredRMSProp",
    "Ftrl",
    "FtrlV2",
    "GradientDescent",
    "KerasMomentum",
    "Momentum",
    "PowerSign",
    "ProximalAdagrad",
    "ProximalGradientDescent",
    "RMSProp",
]

SPARSE_RULES = [
    "Adadelta",
    "Adagrad",
    "AdagradDA",
    "AdagradV2",
    "CenteredRMSProp",
    "Ftrl",
    "FtrlV2",
    "KerasMomentum",
    "Momentum",
    "ProximalAdagrad",
    "ProximalGradientDescent",
    "RMSProp",
]

SCATTERS = [
    "Add",
    "Div",
    "Max",
    "Min",
    "Mul",
    "NdAdd",
    "NdMax",
    "NdMin",
    "NdSub",
    "NdUpdate",
    "Sub",
    "Update",
]


def test_nothing_else_begins_like_the_updates_of_variables() -> None:
    found = {name for name in registered() if name.startswith(shadows.UPDATES)}
    assert found == {
        *(f"ResourceApply{name}" for name in RULES),
        *(f"ResourceSparseApply{name}" for name in SPARSE_RULES),
        *(f"ResourceScatter{name}" for name in SCATTERS),
    }


def takes_a_resource(operation: Any) -> bool:
    return any(one.type == types_pb2.DT_RESOURCE for one in operation.input_arg)


def has_a_shared_name(operation: Any) -> bool:
    return bool({one.name for one in operation.attr} & {"shared_name", "container"})


def test_operations_on_variables_are_handed_what_they_act_on() -> None:
    known = registered()
    updates = {name for name in known if name.startswith(shadows.UPDATES)}
    for name in shadows.ON_VARIABLES | shadows.ON_TABLES | updates:
        assert takes_a_resource(known[name]), name
        assert not has_a_shared_name(known[name]), name


def test_operations_on_their_own_reach_nothing_of_anybody_else() -> None:
    known = registered()
    for name in shadows.ON_THEIR_OWN | shadows.WRITE_NOTHING:
        assert known[name].is_stateful, name
        assert not takes_a_resource(known[name]), name
        assert not has_a_shared_name(known[name]), name
        assert all(one.type != types_pb2.DT_RESOURCE for one in known[name].output_arg), name


def test_what_lives_for_one_run_is_made_in_it() -> None:
    known = registered()
    makers = {"StackV2", "TensorArrayV3", "TensorArrayGradV3", "TensorArrayGradWithShape"}
    for name in shadows.FOR_ONE_RUN:
        assert takes_a_resource(known[name]) or name in makers, name
        assert not has_a_shared_name(known[name]), name


def test_operations_that_call_functions_are_looked_into() -> None:
    known = registered()
    for name in shadows.CALLS - {"_Arg", "_Retval"}:
        kinds = {one.type for one in known[name].attr}
        assert kinds & {"func", "list(func)"}, name


def test_operations_that_are_registered_wrongly_are_there_and_refused() -> None:
    known = registered()
    for name in shadows.NOT_AS_REGISTERED:
        assert not known[name].is_stateful, name
        node = tf.compat.v1.NodeDef(op=name)
        assert shadows._is_strange(node), name


WRITES_WITHOUT_STATE = ("debug_urls", "shared_name", "container", "token")


def test_no_other_operation_without_state_names_what_it_shares() -> None:
    found = {
        one.name
        for one in registered().values()
        if not one.is_stateful
        and not any(argument.is_ref for argument in one.input_arg)
        and {attribute.name for attribute in one.attr} & {*WRITES_WITHOUT_STATE}
    }
    assert found <= shadows.NOT_AS_REGISTERED


@pytest.mark.parametrize(
    "name",
    [
        "RandomShuffleQueueV2",
        "Stack",
        "TensorArrayV2",
        "DestroyResourceOp",
        "VarHandleOp",
        "AnonymousIteratorV3",
        "IteratorGetNext",
        "EagerPyFunc",
        "PrintV2",
        "WriteFile",
        "WriteScalarSummary",
        "LookupTableInsertV2",
        "LookupTableImportV2",
        "InitializeTableV2",
        "MutexLock",
        "CollectiveReduceV2",
        "SaveV2",
        "RestoreV2",
        "XlaCallModule",
        "RemoteCall",
    ],
)
def test_others_are_refused(name: str) -> None:
    assert name in registered()
    assert shadows._is_strange(tf.compat.v1.NodeDef(op=name))


def test_an_operation_that_nobody_knows_is_refused() -> None:
    assert shadows._is_strange(tf.compat.v1.NodeDef(op="OfALibraryOfMine"))


# -- what Keras makes -------------------------------------------------------------------------

VECTOR, SERIES, PICTURE, VOLUME = (4, 6), (4, 8, 6), (4, 8, 8, 3), (4, 8, 8, 8, 2)
PICTURES = (4, 3, 8, 8, 3)
Made = tuple[tuple[int, ...], Callable[[], Any]]

DENSE: dict[str, Made] = {
    "Activation": (VECTOR, lambda: L.Activation("gelu")),
    "Dense": (VECTOR, lambda: L.Dense(3, kernel_regularizer="l2", kernel_constraint="max_norm")),
    "EinsumDense": (VECTOR, lambda: L.EinsumDense("ab,bc->ac", output_shape=3)),
    "RepeatVector": (VECTOR, lambda: L.RepeatVector(2)),
    "Reshape": (VECTOR, lambda: L.Reshape((2, 3))),
    "Rescaling": (VECTOR, lambda: L.Rescaling(0.5)),
    "Normalization": (VECTOR, lambda: L.Normalization(mean=[0.0] * 6, variance=[1.0] * 6)),
    "GroupNormalization": (VECTOR, lambda: L.GroupNormalization(2)),
    "SpectralNormalization": (VECTOR, lambda: L.SpectralNormalization(L.Dense(3))),
    "Discretization": (VECTOR, lambda: L.Discretization([0.0, 1.0])),
    "GaussianNoise": (VECTOR, lambda: L.GaussianNoise(0.1)),
    "Wrapper": (VECTOR, lambda: L.Dense(1)),
    **{name: (VECTOR, getattr(L, name)) for name in (
        "ActivityRegularization", "BatchNormalization", "ELU", "Flatten", "Identity",
        "LayerNormalization", "LeakyReLU", "PReLU", "RMSNormalization", "ReLU", "Softmax",
        "UnitNormalization",
    ) if hasattr(L, name)},
    **{name: (VECTOR, lambda name=name: getattr(L, name)(0.2)) for name in (
        "AlphaDropout", "Dropout", "GaussianDropout",
    )},
}  # fmt: skip

CELLS = ("GRUCell", "LSTMCell", "SimpleRNNCell")

RECURRENT: dict[str, Made] = {
    "Bidirectional": (SERIES, lambda: L.Bidirectional(L.LSTM(3, return_sequences=True))),
    "GRU": (SERIES, lambda: L.GRU(3, dropout=0.2, recurrent_dropout=0.2)),
    "LSTM": (SERIES, lambda: L.LSTM(3, dropout=0.2, recurrent_dropout=0.2)),
    "Masking": (SERIES, lambda: keras.Sequential([L.Masking(), L.LSTM(3)])),
    "RNN": ((4, 2, 6), lambda: L.RNN(L.SimpleRNNCell(3), unroll=True)),
    "SimpleRNN": (SERIES, lambda: L.SimpleRNN(3)),
    "StackedRNNCells": (SERIES, lambda: L.RNN([getattr(L, name)(3) for name in CELLS])),
    "TimeDistributed": (SERIES, lambda: L.TimeDistributed(L.Dense(2))),
    "ConvLSTM1D": (PICTURE, lambda: L.ConvLSTM1D(2, 2)),
    "ConvLSTM2D": (PICTURES, lambda: L.ConvLSTM2D(2, 2)),
    "ConvLSTM3D": ((2, 2, 4, 4, 4, 1), lambda: L.ConvLSTM3D(1, 2)),
}

SHAPES: dict[str, Made] = {
    "Permute": (SERIES, lambda: L.Permute((2, 1))),
    "Convolution1D": (SERIES, lambda: L.Conv1D(2, 3, padding="causal")),
}
for number, shape in ((1, SERIES), (2, PICTURE), (3, VOLUME)):
    for kind in ("Conv", "Convolution"):
        for end in ("", "Transpose"):
            name = f"{kind}{number}D{end}"
            SHAPES[name] = (shape, lambda name=name: getattr(L, name)(2, 2))
    for kind in ("Depthwise", "Separable"):
        for word in ("Conv", "Convolution"):
            name = f"{kind}{word}{number}D"
            if hasattr(L, name):
                given = (2,) if kind == "Depthwise" else (2, 2)
                SHAPES[name] = (shape, lambda name=name, given=given: getattr(L, name)(*given))
    for kind in ("Average", "Max", "Avg"):
        for word in ("Pooling", "Pool"):
            for begin, given in (("", (2,)), ("Global", ()), ("Adaptive", (2,))):
                name = f"{begin}{kind}{word}{number}D"
                if hasattr(L, name):
                    SHAPES[name] = (
                        shape,
                        lambda name=name, given=given: getattr(L, name)(*given),
                    )
    for kind in ("Cropping", "UpSampling", "ZeroPadding"):
        name = f"{kind}{number}D"
        SHAPES[name] = (shape, getattr(L, name))
    name = f"SpatialDropout{number}D"
    SHAPES[name] = (shape, lambda name=name: getattr(L, name)(0.2))

AUGMENTING: dict[str, Made] = {
    "CenterCrop": (PICTURE, lambda: L.CenterCrop(4, 4)),
    "Pipeline": (PICTURE, lambda: L.Pipeline([L.RandomFlip(), L.RandomRotation(0.1)])),
    "RandomCrop": (PICTURE, lambda: L.RandomCrop(4, 4)),
    "Resizing": (PICTURE, lambda: L.Resizing(4, 4)),
    "RandomColorJitter": (PICTURE, lambda: L.RandomColorJitter(brightness_factor=0.1)),
    "RandomPosterization": (PICTURE, lambda: L.RandomPosterization(4)),
    "RandomShear": (PICTURE, lambda: L.RandomShear(0.1, 0.1)),
    "RandomTranslation": (PICTURE, lambda: L.RandomTranslation(0.1, 0.1)),
    **{name: (PICTURE, lambda name=name: getattr(L, name)(0.2)) for name in (
        "RandomBrightness", "RandomColorDegeneration", "RandomContrast", "RandomHue",
        "RandomRotation", "RandomSaturation", "RandomSharpness", "RandomZoom",
    )},
    **{name: (PICTURE, getattr(L, name)) for name in (
        "AugMix", "AutoContrast", "ContrastLimitedAdaptiveHistogramEqualization", "CutMix",
        "Equalization", "MixUp", "RandAugment", "RandomElasticTransform", "RandomErasing",
        "RandomFlip", "RandomGaussianBlur", "RandomGrayscale", "RandomInvert", "RandomPerspective",
        "Solarization",
    ) if hasattr(L, name)},
    "STFTSpectrogram": ((4, 64, 1), lambda: L.STFTSpectrogram(frame_length=16, frame_step=8)),
    "MelSpectrogram": (
        (4, 64),
        lambda: L.MelSpectrogram(fft_length=16, sequence_stride=8, num_mel_bins=4),
    ),
}  # fmt: skip

TWO = {
    name: (lambda name=name: getattr(L, name)())
    for name in (
        *("Add", "Average", "Concatenate", "Maximum", "Minimum", "Multiply", "Subtract"),
        *("AdditiveAttention", "Attention"),
    )
} | {
    "Dot": lambda: L.Dot(axes=2),
    "GroupQueryAttention": lambda: L.GroupQueryAttention(2, 4, 2, dropout=0.1),
    "MultiHeadAttention": lambda: L.MultiHeadAttention(2, 2, dropout=0.1),
}

IDS = {
    "CategoryEncoding": lambda: L.CategoryEncoding(9),
    "Embedding": lambda: L.Embedding(9, 2, mask_zero=True),
    "Hashing": lambda: L.Hashing(4),
    "IntegerLookup": lambda: L.IntegerLookup(vocabulary=[1, 2]),
    "ReversibleEmbedding": lambda: L.ReversibleEmbedding(9, 2),
}

for group in (DENSE, RECURRENT, SHAPES, AUGMENTING, TWO, IDS):
    for name in [one for one in group if not hasattr(L, one)]:  # of a newer Keras
        del group[name]  # type: ignore[attr-defined]

OTHERS = {
    "HashedCrossing": "takes two columns",
    "Input": "makes a tensor",
    "InputLayer": "computes nothing",
    "InputSpec": "is no layer",
    "Layer": "is what layers are made from",
    "MaxNumBoundingBoxes": "is for pipelines of data",
    "StringLookup": "takes text",
    "TextVectorization": "takes text",
    "FlaxLayer": "somebody else computes",
    "JaxLayer": "somebody else computes",
    "Lambda": "somebody else computes",
    "TFSMLayer": "somebody else computes",
    "TorchModuleWrapper": "somebody else computes",
}


def test_every_layer_of_keras_is_tried() -> None:
    tried = {*DENSE, *RECURRENT, *CELLS, *SHAPES, *AUGMENTING, *TWO, *IDS}
    tried |= {name for name in OTHERS if hasattr(L, name)}
    assert {name for name in vars(L) if name[0].isupper()} == tried


def refuse(step: Callable[..., Any], *given: Any) -> None:
    """Trace, and look for operations that are not known."""
    concrete = tf.function(step, autograph=False).get_concrete_function(*given)
    shadows.refuse_strangers(concrete.function_def, concrete.graph)


def refuse_layers(layers: Iterable[tuple[Any, Callable[[], Any]]]) -> None:
    """One step with all of them: forward in training mode, gradients, and updates."""
    made = [(given, make()) for given, make in layers]
    optimizer = keras.optimizers.Adam(0.01)

    def step() -> None:
        with tf.GradientTape() as tape:
            loss = tf.constant(0.0)
            for given, layer in made:
                takes = {"training": True} if layer._call_has_training_arg else {}
                for one in keras.tree.flatten(layer(given(), **takes)):
                    loss += tf.reduce_mean(tf.cast(one, tf.float32))
                loss += sum(layer.losses)
        weights = [one for _, layer in made for one in layer.trainable_variables]
        gradients = tape.gradient(loss, [one.value for one in weights])
        pairs = [pair for pair in zip(gradients, weights, strict=True) if pair[0] is not None]
        if pairs:
            optimizer.apply_gradients(pairs)

    refuse(step)


def tensors(shape: tuple[int, ...]) -> Callable[[], Any]:
    return lambda: tf.random.stateless_uniform(shape, (1, 2))


@pytest.mark.parametrize("group", [DENSE, RECURRENT, SHAPES, AUGMENTING], ids=[
    "dense", "recurrent", "shapes", "augmenting",
])  # fmt: skip
def test_no_layer_of_keras_is_refused(group: dict[str, Made]) -> None:
    once = {getattr(L, name): name for name in group}  # many layers have two names
    refuse_layers((tensors(group[name][0]), group[name][1]) for name in once.values())


def test_no_layer_of_two_inputs_is_refused() -> None:
    both = tensors((4, 5, 4))

    def with_two() -> list[Any]:
        return [both(), both()]

    seen, more = keras.Input((5, 4)), keras.Input((5, 4))
    apart = {"GroupQueryAttention", "MultiHeadAttention"}
    models = [
        keras.Model([seen, more], make()(seen, more) if name in apart else make()([seen, more]))
        for name, make in TWO.items()
    ]
    refuse_layers((with_two, lambda model=model: model) for model in models)


def test_no_layer_of_ids_or_text_is_refused() -> None:
    ids = lambda: tf.constant([[1, 2, 0], [3, 4, 8]])  # noqa: E731
    text = lambda: tf.constant([["a"], ["b a"]])  # noqa: E731
    crossed = lambda: (tf.constant(["a", "b"]), tf.constant(["c", "d"]))  # noqa: E731
    refuse_layers(
        [
            *((ids, make) for make in IDS.values()),
            (text, lambda: L.StringLookup(vocabulary=["a", "b"])),
            (text, lambda: L.TextVectorization(vocabulary=["a", "b"], ngrams=2)),
            (text, lambda: L.TextVectorization(vocabulary=["a"], idf_weights=[1.0],
                                               output_mode="tf_idf")),
            (crossed, lambda: L.HashedCrossing(5)),
        ]
    )  # fmt: skip


# -- losses, metrics, optimizers --------------------------------------------------------------


def public(module: Any, base: type[Any]) -> dict[str, type[Any]]:
    found = {
        name: one
        for name, one in vars(module).items()
        if inspect.isclass(one) and issubclass(one, base) and one is not base
    }
    return dict(sorted(found.items()))


def test_no_loss_of_keras_is_refused() -> None:
    kinds = public(keras.losses, keras.losses.Loss)
    ids = {"SparseCategoricalCrossentropy", "CategoricalGeneralizedCrossEntropy", "Circle"}

    def step(shares: Any, classes: Any, pictures: Any) -> None:
        for name, kind in kinds.items():
            with tf.GradientTape() as tape:
                tape.watch(shares)
                if name == "CTC":
                    loss = kind()(tf.ones((4, 1), tf.int32), shares[:, None] * tf.ones((4, 5, 1)))
                elif name in {"Dice", "Tversky"}:
                    tape.watch(pictures)
                    loss = kind()(pictures, pictures)
                else:
                    loss = kind()(classes if name in ids else shares, shares)
            tape.gradient(loss, [shares, pictures])

    refuse(step, tf.ones((4, 3)) / 3, tf.constant([0, 1, 2, 0]), tf.ones((4, 4, 4, 1)))


ARGUMENTS: dict[str, tuple[Any, ...]] = {
    "BinaryIoU": ((0, 1),),
    "IoU": (3, (0, 1)),
    "MeanIoU": (3,),
    "MeanMetricWrapper": (keras.losses.mean_squared_error,),
    "OneHotIoU": (3, (0, 1)),
    "OneHotMeanIoU": (3,),
    "PrecisionAtRecall": (0.5,),
    "RecallAtPrecision": (0.5,),
    "SensitivityAtSpecificity": (0.5,),
    "SpecificityAtSensitivity": (0.5,),
}


def test_no_metric_of_keras_is_refused() -> None:
    kinds = public(keras.metrics, keras.metrics.Metric)
    made = {name: kind(*ARGUMENTS.get(name, ())) for name, kind in kinds.items()}
    ids = {"SparseCategoricalAccuracy", "SparseTopKCategoricalAccuracy",
           "SparseCategoricalCrossentropy"}  # fmt: skip
    of_classes = {"IoU", "MeanIoU"}

    def step(shares: Any, classes: Any) -> None:
        for name, metric in made.items():
            if name in {"Mean", "Sum"}:
                metric.update_state(shares)
            elif name in of_classes:
                metric.update_state(classes, classes)
            else:
                metric.update_state(classes if name in ids else shares, shares)
            metric.result()
            metric.reset_state()

    refuse(step, tf.ones((4, 3)) / 3, tf.constant([0, 1, 2, 0]))


def optimizers() -> dict[str, Callable[[], Any]]:
    o = keras.optimizers
    kinds = public(o, o.Optimizer)
    needs = {"LossScaleOptimizer", "MultiOptimizer", "OptimizerMap"}
    plain = {name: (lambda kind=kind: kind(0.01)) for name, kind in kinds.items()
             if name not in needs}  # fmt: skip
    schedules = o.schedules
    return plain | {
        "LossScaleOptimizer": lambda: o.LossScaleOptimizer(o.SGD(0.01)),
        "all options": lambda: o.AdamW(
            schedules.CosineDecay(0.1, 9, warmup_target=0.2, warmup_steps=2),
            use_ema=True,
            ema_overwrite_frequency=2,
            gradient_accumulation_steps=2,
            global_clipnorm=1.0,
            amsgrad=True,
        ),
        "clipped by value": lambda: o.RMSprop(0.1, clipvalue=1.0, centered=True, momentum=0.9),
        **{
            kind.__name__: lambda kind=kind, given=given: o.SGD(kind(*given), nesterov=True,
                                                                 momentum=0.9)
            for kind, given in (
                (schedules.ExponentialDecay, (0.1, 9, 0.9, True)),
                (schedules.InverseTimeDecay, (0.1, 9, 0.9)),
                (schedules.PolynomialDecay, (0.1, 9, 0.01, 2.0, True)),
                (schedules.PiecewiseConstantDecay, ([2, 4], [0.3, 0.2, 0.1])),
                (schedules.CosineDecayRestarts, (0.1, 9)),
            )
        },
    }  # fmt: skip


DENSE_ONLY = {"Adafactor", "Lamb", "LossScaleOptimizer", "Muon", "ScheduleFreeAdamW"}
"""Optimizers that take no gradients of some rows."""


@pytest.mark.parametrize("name", optimizers())
def test_no_optimizer_of_keras_is_refused(name: str) -> None:
    optimizer, shapes = optimizers()[name](), ((4, 4), (4,), (9, 4))
    weights = [keras.Variable(np.ones(shape, "float32")) for shape in shapes]
    optimizer.build(weights)

    def step() -> None:
        some = tf.IndexedSlices(tf.ones((2, 4)), tf.constant([0, 3]), tf.constant([9, 4]))
        last = tf.ones((9, 4)) if name in DENSE_ONLY else some
        optimizer.apply([*(tf.ones(one.shape) for one in weights[:-1]), last], weights)

    try:
        step()
    except AttributeError as error:  # Muon of Keras 3.10 asks variables of TensorFlow for a path
        pytest.skip(f"this Keras cannot make a step with it: {error}")
    refuse(step)


def test_every_optimizer_of_keras_is_tried() -> None:
    known = {*optimizers(), "MultiOptimizer", "OptimizerMap"}
    assert set(public(keras.optimizers, keras.optimizers.Optimizer)) <= known
