"""Names of Python, Keras, NumPy, pandas and TensorFlow that only compute; all others are closed."""

from __future__ import annotations

import builtins
from collections.abc import Mapping


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


BUILTINS = _words(
    """
    abs all any bool bytes complex dict divmod enumerate filter float frozenset int isinstance
    issubclass len list map max min object pow range reversed round set slice sorted str sum
    super tuple type zip
    """
)
"""They compute on plain values."""

DECORATORS = frozenset({"classmethod", "property", "staticmethod"})

EXCEPTIONS = frozenset(
    name
    for name, value in vars(builtins).items()
    if isinstance(value, type) and issubclass(value, Exception)
)

KERAS_PARTS = (
    "layers",
    "losses",
    "metrics",
    "optimizers",
    "optimizers.schedules",
    "regularizers",
    "initializers",
    "constraints",
    "activations",
    "ops",
    "random",
    "dtype_policies",
)
"""Namespaces of Keras whose public classes and functions only compute."""

KERAS_NAMES: Mapping[str, frozenset[str]] = {
    "": _words(
        """
        DTypePolicy FloatDTypePolicy Initializer Input InputSpec Layer Loss Metric Model
        Optimizer Regularizer Sequential Variable name_scope
        """
    ),
    "models": frozenset({"Model", "Sequential"}),
    "utils": frozenset({"normalize", "pad_sequences", "to_categorical"}),
    "config": frozenset({"backend", "dtype_policy", "epsilon", "floatx", "image_data_format"}),
    "preprocessing.sequence": frozenset({"pad_sequences"}),
}
"""... and what is known of the others."""

KERAS_CLOSED = frozenset(
    {"deserialize", "serialize", "FlaxLayer", "JaxLayer", "TFSMLayer", "TorchModuleWrapper"}
)
"""Parts of these namespaces that read files, or run what others wrote."""

SCALES = "preprocess_input"
"""How an architecture of `keras.applications` scales its inputs: a part of the model where it is
given a tensor, and a change in place where it is given an array."""

NUMPY_VIEWS = _words(
    """
    array_split asarray ascontiguousarray atleast_1d atleast_2d atleast_3d broadcast_to diag
    diagonal expand_dims flip fliplr flipud hsplit imag moveaxis ravel real reshape rollaxis
    rot90 split squeeze swapaxes transpose vsplit
    """
)
"""Functions of NumPy whose results may be the array that they are given, seen otherwise."""

NUMPY_NEW = _words(
    """
    abs absolute add all allclose amax amin any append apply_along_axis arange arccos arcsin
    arctan arctan2 argmax argmin argpartition argsort argwhere around array array_equal average
    bincount ceil clip column_stack concatenate convolve copy corrcoef cos cosh cov cross
    cumprod cumsum deg2rad delete diff digitize divide dot dstack einsum equal exp exp2 expm1
    eye floor floor_divide fmax fmin full full_like gradient greater greater_equal histogram
    hstack hypot identity indices inner insert interp intersect1d isclose isfinite isin isinf
    isnan isscalar kron less less_equal linspace log log10 log1p log2 logical_and logical_not
    logical_or logical_xor logspace matmul max maximum mean median meshgrid min minimum mod
    multiply nan_to_num nanmax nanmean nanmedian nanmin nanstd nansum nanvar ndim negative
    nonzero not_equal ones ones_like outer pad percentile power prod ptp quantile rad2deg
    reciprocal remainder repeat resize rint roll round searchsorted setdiff1d shape sign sin
    sinh size sort sqrt square stack std subtract sum take take_along_axis tan tanh tensordot
    tile trace tri tril triu true_divide trunc union1d unique var vstack where zeros zeros_like
    """
)
"""Functions of NumPy that return new arrays, and write nowhere unless they are asked to."""

NUMPY_LINALG = _words(
    """
    det eig eigh inv norm pinv qr solve svd
    """
)

NUMPY_WINDOWS = frozenset({"sliding_window_view"})

NUMPY_GENERATORS = frozenset({"RandomState", "default_rng"})
"""They make a generator of their own; the functions of `np.random` itself share one."""

WRITING = frozenset({"out", "overwrite_input", "where", "casting", "subok"})
"""Arguments of NumPy's functions that say where to write, or go with those that do."""

TENSORFLOW = _words(
    """
    GradientTape abs add argmax argmin argsort boolean_mask broadcast_to cast clip_by_value
    complex concat constant convert_to_tensor cos cosh cumsum divide einsum equal exp
    expand_dims eye fill floor function gather gather_nd greater greater_equal identity less
    less_equal linspace logical_and logical_not logical_or matmul maximum minimum multiply
    name_scope negative norm not_equal one_hot ones ones_like pad pow range rank reduce_all
    reduce_any reduce_max reduce_mean reduce_min reduce_prod reduce_sum repeat reshape reverse
    round scatter_nd shape sigmoid sign sin sinh size slice sort split sqrt square squeeze stack
    stop_gradient subtract tan tanh tensordot tile transpose unstack where zeros zeros_like
    """
)
"""Functions of `tf` itself that only compute. `tf.function` makes a function of one."""

TENSORFLOW_PARTS: Mapping[str, frozenset[str]] = {
    "math": _words(
        """
        abs add argmax ceil confusion_matrix cos count_nonzero cumsum divide divide_no_nan equal
        erf exp expm1 floor is_finite is_inf is_nan l2_normalize log log1p log_sigmoid
        logical_and maximum minimum multiply multiply_no_nan negative pow reciprocal reduce_all
        reduce_any reduce_logsumexp reduce_max reduce_mean reduce_min reduce_prod reduce_std
        reduce_sum reduce_variance round rsqrt sigmoid sign sin softmax softplus sqrt square
        squared_difference subtract tanh top_k
        """
    ),
    "nn": _words(
        """
        avg_pool2d bias_add conv1d conv2d elu gelu l2_loss l2_normalize leaky_relu log_softmax
        max_pool2d moments relu relu6 selu sigmoid sigmoid_cross_entropy_with_logits silu
        softmax softmax_cross_entropy_with_logits softplus softsign
        sparse_softmax_cross_entropy_with_logits swish tanh top_k
        """
    ),
    "image": frozenset({"central_crop", "convert_image_dtype", "per_image_standardization"})
    | frozenset({"grayscale_to_rgb", "resize", "rgb_to_grayscale"}),
    "linalg": _words(
        """
        band_part det diag inv matmul matvec norm trace
        """
    ),
}

PANDAS_NEW = frozenset({"factorize", "get_dummies", "isna", "isnull", "notna"})

PANDAS_VIEWS = frozenset({"DataFrame", "Series", "concat", "to_datetime", "to_numeric"})
"""Their results may share memory with what they are given."""

OTHERS: Mapping[str, frozenset[str]] = {
    "functools": frozenset({"partial", "reduce"}),
    "itertools": frozenset({"accumulate", "chain", "combinations", "product", "repeat", "starmap"}),
    "operator": _words(
        """
        add itemgetter matmul mul neg pow sub truediv
        """
    ),
    "collections": frozenset({"Counter", "OrderedDict", "defaultdict", "deque"}),
    "sklearn.preprocessing": _words(
        """
        LabelBinarizer LabelEncoder MinMaxScaler OneHotEncoder RobustScaler StandardScaler
        label_binarize minmax_scale normalize scale
        """
    ),
    "sklearn.impute": frozenset({"SimpleImputer"}),
    "sklearn.model_selection": frozenset({"train_test_split"}),
}
"""Names of other modules; everything of `math` computes."""

SEEDED = frozenset({"sample", "train_test_split"})
"""They draw from the generator that all share, unless they are given a number to start from."""

PURE_METHODS = _words(
    """
    abs all any argmax argmin argsort as_list astype clip copy count count_params cumprod cumsum
    diff dot duplicated
    endswith format from_config get_config index isdigit isin isna isnull item join lower max
    mean median min mode notna nunique prod ptp quantile repeat replace round rsplit split
    startswith std strip sum title to_dense to_dict to_list toarray todense
    tolist trace upper value_counts var zfill
    """
)
"""Methods that return something new, whatever of the known kinds they are called on."""

VIEW_METHODS = _words(
    """
    assign bfill diagonal drop drop_duplicates dropna ffill fillna flatten get get_layer get_shape
    head items keys map mask numpy ravel rename reset_index reshape rolling sample select_dtypes
    set_index shift sort_index sort_values squeeze swapaxes tail take to_frame to_numpy transpose
    unique values where
    """
)
"""Methods that change nothing; what they return may be a part of what they are called on."""

IN_PLACE = frozenset({"inplace", "out", "copy", "deep"})
"""Arguments that make such a method write into what it is called on or given."""

CHANGING_METHODS = _words(
    """
    add append appendleft clear discard extend fill insert pop remove reverse setdefault sort
    update
    """
)
"""Methods that change what they are called on: only where that was made by the same code."""

KERAS_METHODS = _words(
    """
    adapt add add_loss add_metric add_variable add_weight apply apply_gradients assign
    assign_add assign_sub build call compile compute_loss compute_mask compute_metrics
    compute_output_shape finalize_state gradient pop reset_state reset_states result
    update_state watch
    """
)
"""Methods of Keras's objects that build or compute; only on objects of the copy's own."""

DRAWING_METHODS = _words(
    """
    choice fit fit_transform integers inverse_transform normal permutation rand randint randn random
    random_sample seed standard_normal transform uniform
    """
)
"""Methods that move on a generator, or fit a scaler: only one made by the same code."""

SUPER_METHODS = _words(
    """
    __init__ build call compile compute_loss compute_mask compute_metrics compute_output_shape
    from_config get_config reset_state test_step train_step update_state
    """
)

ATTRIBUTES = _words(
    """
    T activation axis best_score_ bias built classes_ columns compiled_loss compiled_metrics
    compute_dtype dtype filters iloc index input input_shape inputs kernel layers learning_rate
    loc loss losses mean_ metrics name ndim non_trainable_variables optimizer output
    output_shape outputs rank rate real scale_ shape size start stateful stop str
    supports_masking trainable trainable_variables trainable_weights units values var_
    variable_dtype variables weights
    """
)
"""Attributes that may be read of any value of the known kinds."""

PARTS_OF_KERAS_OBJECTS = _words(
    "bias kernel layers optimizer trainable_variables trainable_weights variables weights"
)
"""Attributes of an object of Keras that belong to it alone, as far as to the last value."""

SETTINGS = frozenset({"activation", "learning_rate", "momentum", "name", "rate", "trainable"})
"""Attributes of Keras's objects that are set to what a function is given."""

_BY_AXIS = {"all", "any", "argmax", "argmin", "dot", "max", "min", "ptp", "round"}

_BY_TYPE = {"clip", "cumprod", "cumsum", "mean", "prod", "std", "sum", "take", "var", "drop"}


MOST_PLACES = {**dict.fromkeys(_BY_AXIS, 1), **dict.fromkeys(_BY_TYPE, 2), "trace": 3}
MOST_PLACES |= {"fillna": 1, "dropna": 1, "replace": 2, "sort_values": 1, "sort_index": 1}
MOST_PLACES |= {"reset_index": 1, "set_index": 1, "astype": 1, "copy": 0}
MOST_PLACES |= {"bfill": 0, "drop_duplicates": 1, "ffill": 0, "rename": 1}
MOST_PLACES |= {"mask": 2, "where": 2}
"""Arguments without a name that these methods can be given: those behind say where to write."""
