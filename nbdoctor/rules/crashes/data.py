"""Crashes from the type or shape of the data passed to `fit`."""

from __future__ import annotations

from nbdoctor.rules.crashes.edits import as_arrays
from nbdoctor.rules.crashes.entry import Entry

EXPECTED = r"Expected shape \("

NO_FLOAT = r"^could not convert string to float: |^Cannot cast \w+ dtype to float\d+$"
"""Messages of NumPy and pandas about text, and of pandas about a category of text."""

NO_DATE = (
    r"^Cannot cast (?:Datetime|Timedelta)Array to dtype float\d+$"
    r"|^Invalid dtype: (?P<type>datetime64|timedelta64)"
    r"|^float\(\) argument must be a string or a real number, not '(?P<value>[\w.]+)'$"
)
"""The last is about dates that a column stores as Python objects."""

DATA = (
    Entry(
        name="column-of-numbers-as-text",
        title="A column contains numbers as text",
        pattern=NO_FLOAT,
        kinds=("numbers as text",),
        frame=True,
        proved=True,
        says="Most values of the column are numbers, but some are not, so pandas read all of them "
        "as text.",
        fix='Use `pd.to_numeric({table}["{column}"], errors="coerce")`, which turns other values '
        "into NaN. Then impute or drop these rows.",
    ),
    Entry(
        name="column-of-text",
        title="A column contains text",
        pattern=NO_FLOAT,
        kinds=("text", "category", "numbers as text"),
        frame=True,
        proved=True,
        says="Keras needs numeric data.",
        fix="One-hot encode it with `pd.get_dummies({table}, columns=[{columns}], "
        'dtype="float32")`. Drop columns that only identify a row, such as an id: '
        "`{table}.drop(columns=[{columns}])`.",
    ),
    Entry(
        name="array-of-text",
        title="An array contains text",
        pattern=NO_FLOAT,
        kinds=("text", "category", "numbers as text", "strings"),
        frame=False,
        proved=True,
        says="Keras needs numeric data.",
        fix="For class names use `LabelEncoder().fit_transform(...)`, for text columns in the "
        "inputs `OneHotEncoder`, both of scikit-learn.",
    ),
    Entry(
        name="column-of-dates",
        title="A column contains dates",
        pattern=NO_DATE,
        kinds=("dates",),
        frame=True,
        proved=True,
        says="Keras needs numeric data, and does not convert dates or time differences.",
        fix="Extract numeric features: `.dt.dayofweek`, `.dt.month`, or "
        '`({table}["{column}"] - {table}["{column}"].min()) / pd.Timedelta(days=1)` for days since '
        "the first. Otherwise drop it: `{table}.drop(columns=[{columns}])`.",
    ),
    Entry(
        name="array-of-dates",
        title="An array contains dates",
        pattern=NO_DATE,
        kinds=("dates",),
        frame=False,
        proved=True,
        says="Keras needs numeric data, and does not convert dates or time differences.",
        fix='Convert to days since the first date: `(x - x.min()) / np.timedelta64(1, "D")`.',
    ),
    Entry(
        name="column-of-lists",
        title="A column contains lists",
        pattern=r"^setting an array element with a sequence\.$",
        kinds=("lists",),
        frame=True,
        proved=True,
        says="Each value of the column is a list or an array, where a single number is needed.",
        fix='If all have the same length, `np.stack({table}["{column}"])` makes an array with one '
        "column per position.",
    ),
    Entry(
        name="nullable-type",
        title="A nullable pandas dtype",
        pattern=r"^Invalid dtype: (?P<type>Int\d+|UInt\d+|Float\d+|boolean)",
        kinds=("nullable",),
        says="`{type}` is a nullable dtype of pandas, which Keras does not accept here.",
        fix='Drop or impute missing values, then use `.to_numpy("float32")`, or '
        '`.to_numpy("int64")` for class ids.',
    ),
    Entry(
        name="unsupported-dtype",
        title="The data contains text or mixed types",
        pattern=r"^Invalid dtype: (?P<type>str\d*|string|object|category)",
        kinds=("text", "numbers as text", "category", "objects", "lists", "dates"),
        says="An array or column has the dtype `{type}`, which Keras cannot convert to numbers.",
        fix="For class names use `LabelEncoder`. For a table, encode or drop its text columns, "
        'then use `.to_numpy("float32")`.',
    ),
    Entry(
        name="text-labels",
        title="The labels are text",
        pattern=r"compile_loss/.*Cast string to (?P<type>\w+) is not supported",
        kinds=("strings",),
        says="The labels are text, which TensorFlow cannot cast to `{type}`.",
        fix="Convert them to class ids first: `LabelEncoder().fit_transform(y)`.",
    ),
    Entry(
        name="mixed-columns",
        title="A table with mixed column types",
        pattern=r"Failed to convert a NumPy array to a Tensor "
        r"\(Unsupported object type (?P<type>\w+)\)",
        kinds=("text", "numbers as text", "category", "objects", "lists", "dates"),
        says="An array of Python objects was passed to TensorFlow; besides `{type}` it contains "
        "other types, such as text or `None`.",
        fix='Encode or drop the columns that are not numeric, then use `.astype("float32")`.',
    ),
    Entry(
        name="generator-function",
        title="A generator function instead of a generator",
        pattern=r"Unrecognized data type: x=<function (?P<function>[\w.<>]+)",
        says="`fit` got the function `{function}`, not the generator that it returns.",
        fix="Call it: `{function}()`.",
    ),
    Entry(
        name="labels-type",
        title="Unsupported type of the labels",
        pattern=r"Unrecognized data type: x=.*"
        r"\(of type <class '(?:numpy\.ndarray|pandas[\w.]+)'>\)",
        says="The message names x, which is an array. The unsupported argument is y or the sample "
        "weights, most often a Python list.",
        fix="Pass `np.asarray(y)`.",
        edit=as_arrays,
    ),
    Entry(
        name="inputs-type",
        title="The inputs are a Python list",
        pattern=r"Unrecognized data type: x=.*\(of type <class '(?P<type>list|tuple)'>\)",
        says="x is a `{type}`; Keras accepts arrays, tensors, datasets and generators.",
        fix="Pass `np.asarray(x)`, and the same for y.",
        edit=as_arrays,
    ),
    Entry(
        name="different-lengths",
        title="Inputs and labels have different lengths",
        pattern=r"Data cardinality is ambiguous.*'x' sizes: (?P<inputs>\d+(?:, \d+)*)\s+'y' sizes: "
        r"(?P<labels>[\d, ]+)",
        says="The inputs have {inputs} rows and the labels {labels}.",
        fix="Check the line that filters, splits or joins them: it changed only one of them.",
    ),
    Entry(
        name="generator-without-tuple",
        title="The generator does not yield a tuple",
        pattern=r"When passing a Python generator .* the generator must return a tuple",
        says="The generator yields a list, or only the inputs.",
        fix="Use `yield x, y`, without square brackets.",
    ),
    Entry(
        name="empty-generator",
        title="The generator yields nothing",
        pattern=r"When passing a Python generator .* the generator must yield at least",
        says="The generator is empty: it has no data, or an earlier loop has exhausted it.",
        fix="Create a new one in the call of `fit`.",
    ),
    Entry(
        name="generator-of-rows",
        title="The generator yields single rows",
        pattern=r"When passing a dataset to a Keras model, the arrays must be at least rank 1\. "
        r"Received: (?P<value>\S+) of rank 0",
        says="A batch contains the single number {value} where Keras expects an array with one "
        "entry per row.",
        fix="Yield batches: arrays whose first axis is the batch.",
    ),
    Entry(
        name="dataset-of-numbers",
        title="The dataset yields single numbers",
        pattern=r"Invalid input shape for input [^=]*shape=\(\), .*"
        + EXPECTED
        + r"(?P<expected>[^)]*)\)",
        says="The model got a single number where it expects shape ({expected}).",
        fix="Batch the dataset with `.batch(32)`, and check that a row has the shape of the input.",
    ),
    Entry(
        name="no-batch-axis",
        title="The data has no batch axis",
        pattern=r"Invalid input shape for input [^=]*shape=\((?P<given>[^()]+?),?\), dtype.*"
        + EXPECTED
        + r"(?P<expected>None, (?P=given))\)",
        says="The model got shape ({given}), which is a single row, where it expects ({expected}): "
        "the batch axis is missing.",
        fix="Batch the dataset with `.batch(32)` (`batch_size=` is ignored for datasets); for one "
        "row in `predict` use `x[None]`.",
    ),
    Entry(
        name="batched-twice",
        title="The dataset was batched twice",
        pattern=r"Invalid input shape for input [^=]*"
        r"shape=\((?P<given>None, (None, [^()]+))\), dtype.*" + EXPECTED + r"(?P<expected>\2)\)",
        says="The model got shape ({given}) where it expects ({expected}): there is one batch axis "
        "too many.",
        fix="Remove one `.batch(...)`.",
    ),
    Entry(
        name="input-shape",
        title="The inputs do not have the input shape of the model",
        pattern=r"Invalid input shape for input [^=]*shape=\((?P<given>[^()]*)\), dtype.*"
        + EXPECTED
        + r"(?P<expected>[^()]*)\)",
        says="The model got shape ({given}) where it expects ({expected}).",
        fix="Set the shape of `Input` to that of one row of the data, or reshape the data.",
    ),
    Entry(
        name="labels-beside-dataset",
        title="Labels passed in addition to a dataset",
        pattern=r"When providing `x` as a (?P<kind>[\w. ]+), `y` should not be passed",
        says="`x` is a {kind}, which contains the labels, but `y` was passed as well.",
        fix="Let it yield `(x, y)`, and remove `y` from the call.",
    ),
    Entry(
        name="validation-split-of-dataset",
        title="`validation_split` with a dataset",
        pattern=r"Argument `validation_split` is only supported for tensors or NumPy arrays",
        says="Keras can only split arrays, not a dataset or a generator.",
        fix="Split it with `.take(n)` and `.skip(n)` and pass one part as `validation_data`.",
    ),
    Entry(
        name="none-in-loss",
        title="No labels, or the loss returns nothing",
        pattern=r"^None values not supported\.$",
        phase="fitting",
        says="The loss got or returned `None`: the data has only inputs, or a custom loss function "
        "does not `return` its value.",
        fix="Pass `y`, or let the dataset yield `(x, y)`; in a loss function, `return` the value.",
    ),
)
