"""Crashes over the form in which data reaches `fit`."""

from __future__ import annotations

from nbdoctor.rules.crashes.edits import as_arrays
from nbdoctor.rules.crashes.entry import Entry

EXPECTED = r"Expected shape \("

NO_FLOAT = r"^could not convert string to float: |^Cannot cast \w+ dtype to float\d+$"
"""What NumPy and pandas say of a text, and pandas of a category of texts."""

NO_DATE = (
    r"^Cannot cast (?:Datetime|Timedelta)Array to dtype float\d+$"
    r"|^Invalid dtype: (?P<type>datetime64|timedelta64)"
    r"|^float\(\) argument must be a string or a real number, not '(?P<value>[\w.]+)'$"
)
"""The last is said of dates that a column keeps as Python objects."""

DATA = (
    Entry(
        title="A column holds numbers written as text",
        pattern=NO_FLOAT,
        kinds=("numbers as text",),
        frame=True,
        proved=True,
        says="Most values of such a column are numbers, and some are not, so that pandas read all "
        "of it as text.",
        fix='`pd.to_numeric({table}["{column}"], errors="coerce")` makes numbers of it, and NaN of '
        "what is none: then fill or drop these rows.",
    ),
    Entry(
        title="A column holds text",
        pattern=NO_FLOAT,
        kinds=("text", "category", "numbers as text"),
        frame=True,
        proved=True,
        says="Keras trains on numbers.",
        fix='`pd.get_dummies({table}, columns=[{columns}], dtype="float32")` makes a column of 0 '
        "and 1 for each value. What only names a row, such as an id, leave out: "
        "`{table}.drop(columns=[{columns}])`.",
    ),
    Entry(
        title="An array holds text",
        pattern=NO_FLOAT,
        kinds=("text", "category", "numbers as text", "strings"),
        frame=False,
        proved=True,
        says="Keras trains on numbers.",
        fix="For class names use `LabelEncoder().fit_transform(...)`, for columns of text among "
        "the inputs `OneHotEncoder`, both of scikit-learn.",
    ),
    Entry(
        title="A column holds dates",
        pattern=NO_DATE,
        kinds=("dates",),
        frame=True,
        proved=True,
        says="Keras trains on numbers, and does not turn dates or spans of time into such.",
        fix="Make numbers of what matters: `.dt.dayofweek`, `.dt.month`, or "
        '`({table}["{column}"] - {table}["{column}"].min()) / pd.Timedelta(days=1)` for days since '
        "the first. Otherwise leave it out: `{table}.drop(columns=[{columns}])`.",
    ),
    Entry(
        title="An array holds dates",
        pattern=NO_DATE,
        kinds=("dates",),
        frame=False,
        proved=True,
        says="Keras trains on numbers, and does not turn dates or spans of time into such.",
        fix='Subtract a first date and divide by a unit: `(x - x.min()) / np.timedelta64(1, "D")` '
        "gives days.",
    ),
    Entry(
        title="A column holds lists",
        pattern=r"^setting an array element with a sequence\.$",
        kinds=("lists",),
        frame=True,
        proved=True,
        says="Each entry of such a column is a list or an array, and a table wants one number "
        "there.",
        fix='`np.stack({table}["{column}"])` makes an array with a column for each place of the '
        "lists, where all have the same length.",
    ),
    Entry(
        title="A type of pandas whose numbers may be missing",
        pattern=r"^Invalid dtype: (?P<type>Int\d+|UInt\d+|Float\d+|boolean)",
        kinds=("nullable",),
        says="`{type}` is a type of pandas whose numbers may be missing, and Keras does not take "
        "it here.",
        fix='Use `.to_numpy("float32")`, or `.to_numpy("int64")` for class numbers, after what is '
        "missing was dropped or filled.",
    ),
    Entry(
        title="The data holds text or mixed types",
        pattern=r"^Invalid dtype: (?P<type>str\d*|string|object|category)",
        kinds=("text", "numbers as text", "category", "objects", "lists", "dates"),
        says="An array or column has the type `{type}`, which Keras cannot turn into numbers.",
        fix='For class names use `LabelEncoder`; for a table use `.to_numpy("float32")` after '
        "its text columns were encoded or dropped.",
    ),
    Entry(
        title="The labels are text",
        pattern=r"compile_loss/.*Cast string to (?P<type>\w+) is not supported",
        kinds=("strings",),
        says="Labels that are text were to become numbers of type `{type}`, and TensorFlow does "
        "not do that.",
        fix="Number the classes first: `LabelEncoder().fit_transform(y)`.",
    ),
    Entry(
        title="A table with mixed column types",
        pattern=r"Failed to convert a NumPy array to a Tensor "
        r"\(Unsupported object type (?P<type>\w+)\)",
        kinds=("text", "numbers as text", "category", "objects", "lists", "dates"),
        says="An array of Python objects reached TensorFlow; besides `{type}` it holds something "
        "else, such as text or `None`.",
        fix='Encode or drop the columns that are no numbers, then use `.astype("float32")`.',
    ),
    Entry(
        title="The generator function itself was passed",
        pattern=r"Unrecognized data type: x=<function (?P<function>[\w.<>]+)",
        says="`fit` got the function `{function}`, not the generator that it makes.",
        fix="Call it: `{function}()`.",
    ),
    Entry(
        title="The labels have a type that Keras does not take",
        pattern=r"Unrecognized data type: x=.*"
        r"\(of type <class '(?:numpy\.ndarray|pandas[\w.]+)'>\)",
        says="The message blames x, which is an array; what Keras does not take is y or the "
        "sample weights, most often a Python list.",
        fix="Pass `np.asarray(y)`.",
        edit=as_arrays,
    ),
    Entry(
        title="The inputs are a Python list",
        pattern=r"Unrecognized data type: x=.*\(of type <class '(?P<type>list|tuple)'>\)",
        says="x is a `{type}`, and Keras takes arrays, tensors, datasets and generators.",
        fix="Pass `np.asarray(x)`, and y likewise.",
        edit=as_arrays,
    ),
    Entry(
        title="Inputs and labels have different lengths",
        pattern=r"Data cardinality is ambiguous.*'x' sizes: (?P<inputs>[\d, ]+)\s+'y' sizes: "
        r"(?P<labels>[\d, ]+)",
        says="There are {inputs} rows of inputs and {labels} of labels.",
        fix="Look at the line that filters, splits or joins them: it changed only one.",
    ),
    Entry(
        title="The generator does not yield a tuple",
        pattern=r"When passing a Python generator .* the generator must return a tuple",
        says="What the generator yields is a list or the inputs alone.",
        fix="`yield x, y`, without brackets.",
    ),
    Entry(
        title="The generator yields nothing",
        pattern=r"When passing a Python generator .* the generator must yield at least",
        says="The generator was empty: made from no data, or already used up by an earlier loop.",
        fix="Create it anew on the line of `fit`.",
    ),
    Entry(
        title="The generator yields single rows",
        pattern=r"When passing a dataset to a Keras model, the arrays must be at least rank 1\. "
        r"Received: (?P<value>\S+) of rank 0",
        says="A batch contains the single number {value} where Keras expects an array with one "
        "entry per row.",
        fix="Yield batches: arrays whose first axis counts rows.",
    ),
    Entry(
        title="The dataset yields single numbers",
        pattern=r"Invalid input shape for input .*shape=\(\), .*"
        + EXPECTED
        + r"(?P<expected>[^)]*)\)",
        says="The model got a single number where it expects shape ({expected}).",
        fix="Batch the dataset with `.batch(32)`, and see that a row has the shape of the input.",
    ),
    Entry(
        title="The data has no batch axis",
        pattern=r"Invalid input shape for input .*shape=\((?P<given>[^()]+?),?\), dtype.*"
        + EXPECTED
        + r"(?P<expected>None, (?P=given))\)",
        says="The model got shape ({given}), which is a single row, where it expects ({expected}): "
        "the first axis, which counts rows, is missing.",
        fix="Batch the dataset with `.batch(32)` (`batch_size=` is ignored for datasets); for one "
        "row in `predict` use `x[None]`.",
    ),
    Entry(
        title="The dataset was batched twice",
        pattern=r"Invalid input shape for input .*"
        r"shape=\((?P<given>None, (None, [^()]+))\), dtype.*" + EXPECTED + r"(?P<expected>\2)\)",
        says="The model got shape ({given}) where it expects ({expected}): there is one batch axis "
        "too many.",
        fix="Drop one `.batch(...)`.",
    ),
    Entry(
        title="The inputs have another shape than the model's",
        pattern=r"Invalid input shape for input .*shape=\((?P<given>[^()]*)\), dtype.*"
        + EXPECTED
        + r"(?P<expected>[^()]*)\)",
        says="The model got shape ({given}) where it expects ({expected}).",
        fix="Give `Input` the shape of one row of the data, or reshape the data.",
    ),
    Entry(
        title="Labels passed beside a dataset",
        pattern=r"When providing `x` as a (?P<kind>[\w. ]+), `y` should not be passed",
        says="`x` is a {kind}, which brings its own labels, and `y` was passed as well.",
        fix="Put the labels into it, as `(x, y)`, and leave out `y`.",
    ),
    Entry(
        title="`validation_split` of a dataset",
        pattern=r"Argument `validation_split` is only supported for tensors or NumPy arrays",
        says="Keras can split arrays only, and this is a dataset or a generator.",
        fix="Split it with `.take(n)` and `.skip(n)` and pass one part as `validation_data`.",
    ),
    Entry(
        title="There are no labels, or the loss returns nothing",
        pattern=r"^None values not supported\.$",
        phase="fitting",
        says="The loss got or gave `None`: the data has inputs alone, or a loss function of yours "
        "does not `return` its value.",
        fix="Pass `y`, or let the dataset yield `(x, y)`; in a loss function, `return` the value.",
    ),
)
