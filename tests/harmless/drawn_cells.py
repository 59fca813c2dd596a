"""Cells that are drawn: small models, ways to train them, and side effects at many places.

A cell is data (`DrawnCell`), so that Hypothesis can make a smaller one of it, and is written out as
text (`hostile_cell`). What an effect leaves behind is told by an expression after the cell.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from hypothesis import strategies

from tests.harmless.hostile_cells import DATA, HostileCell

MAGIC = "-q -o diagnosis --budget 2"
LIMIT = "90"


@dataclass(frozen=True)
class Kind:
    """A kind of side effect; `#` stands for the number of the effect.

    Attributes
    ----------
    does : str
        Statements that do it, wherever they stand.
    told : str
        Expression after the cell that tells how often or how far.
    before : str
        Statements before the cell.
    anywhere : bool
        Whether threads other than the main one may do it, at times of their own.
    """

    does: str
    told: str = "None"
    before: str = ""
    anywhere: bool = True


KINDS = {
    "list": Kind("seen#.append(1)", "len(seen#)", "seen# = []"),
    "count in a dict": Kind("counts#['n'] += 1", "counts#", "counts# = {'n': 0}"),
    "Counter": Kind(
        "counter#.update('ab')",
        "dict(counter#)",
        "import collections\ncounter# = collections.Counter()",
    ),
    "deque": Kind(
        "last#.append(len(last#))",
        "list(last#)",
        "import collections\nlast# = collections.deque(maxlen=3)",
    ),
    "queue": Kind("waiting#.put(1)", "waiting#.qsize()", "import queue\nwaiting# = queue.Queue()"),
    "iterator": Kind(
        "taken#.append(next(numbers#))",
        "taken#",
        "import itertools\nnumbers#, taken# = itertools.count(), []",
    ),
    "generator": Kind(
        "next(steps#)",
        "next(steps#)",
        "def endless#():\n    for n in range(10**9):\n        yield n\nsteps# = endless#()",
    ),
    "class attribute": Kind("Calls#.n += 1", "Calls#.n", "class Calls#:\n    n = 0"),
    "object": Kind(
        "place#.n += 1", "place#.n", "import types\nplace# = types.SimpleNamespace(n=0)"
    ),
    "slots": Kind(
        "slots#.n += 1",
        "slots#.n",
        "class Slots#:\n    __slots__ = ('n',)\nslots# = Slots#()\nslots#.n = 0",
    ),
    "attribute of a function": Kind(
        "bump#.n += 1", "bump#.n", "def bump#():\n    pass\nbump#.n = 0"
    ),
    "closure": Kind(
        "count#()",
        "count#()",
        "def counting#():\n    n = 0\n    def count():\n        nonlocal n\n        n += 1\n"
        "        return n\n    return count\ncount# = counting#()",
    ),
    "global": Kind("globals()['total#'] += 1", "total#", "total# = 0"),
    "array": Kind("table#[0] += 1", "table#.tolist()", "table# = np.zeros(2)"),
    "bytes": Kind("bytes#.extend(b'x')", "len(bytes#)", "bytes# = bytearray()"),
    "set": Kind("known#.add(len(known#))", "len(known#)", "known# = set()"),
    "file": Kind("with open('log#.txt', 'a') as log: log.write('x')"),
    "folder": Kind(
        "os.makedirs(f'made#/{len(os.listdir(\"made#\"))}')",
        "len(os.listdir('made#'))",
        "import os\nos.mkdir('made#')",
    ),
    "database": Kind(
        "base#.execute('insert into calls values (1)')",
        "base#.execute('select count(*) from calls').fetchone()",
        "import sqlite3\nbase# = sqlite3.connect(':memory:', check_same_thread=False)\n"
        "base#.execute('create table calls (n)')",
    ),
    "print": Kind("print('said #')", anywhere=False),
    "print below Python": Kind("os.write(2, b'said #\\n')", before="import os", anywhere=False),
    "random": Kind("drawn#.append(random.random())", "drawn#", "import random\ndrawn# = []"),
    "NumPy's random state": Kind("drawn#.append(np.random.rand())", "drawn#", "drawn# = []"),
    "NumPy's generator": Kind(
        "drawn#.append(own#.normal())", "drawn#", "own#, drawn# = np.random.default_rng(1), []"
    ),
    "tf.random": Kind("tf.random.uniform(())"),
    "keras.random": Kind("keras.random.uniform(())"),
    "seed generator": Kind(
        "keras.random.normal((), seed=seeds#)",
        "seeds#.state.numpy().tolist()",
        "seeds# = keras.random.SeedGenerator(5)",
    ),
    "tf.random.Generator": Kind(
        "draws#.normal(())", "float(draws#.normal(()))", "draws# = tf.random.Generator.from_seed(3)"
    ),
    "variable": Kind("steps#.assign_add(1)", "int(steps#)", "steps# = tf.Variable(0)"),
    "tf.queue": Kind(
        "full#.enqueue(1.0)", "int(full#.size())", "full# = tf.queue.FIFOQueue(999, tf.float32, ())"
    ),
    "hash table": Kind(
        "table#.insert('n', table#.lookup('n') + 1)",
        "int(table#.lookup('n'))",
        "table# = tf.lookup.experimental.MutableHashTable(tf.string, tf.int64, 0)",
    ),
    "tf.print": Kind("tf.print('printed #')", anywhere=False),
    "warning": Kind("warnings.warn('old way #')", before="import warnings", anywhere=False),
    "thread": Kind(
        "worker = threading.Thread(target=heard#.append, args=(1,)); worker.start(); worker.join()",
        "len(heard#)",
        "import threading\nheard# = []",
    ),
    "thread local": Kind(
        "here#.n = getattr(here#, 'n', 0) + 1",
        "getattr(here#, 'n', 0)",
        "import threading\nhere# = threading.local()",
    ),
    "semaphore": Kind(
        "free#.acquire(blocking=False)",
        "free#._value",
        "import threading\nfree# = threading.Semaphore(99)",
    ),
    "context variable": Kind(
        "level#.set(level#.get() + 1)",
        "level#.get()",
        "import contextvars\nlevel# = contextvars.ContextVar('level#', default=0)",
    ),
    "signal": Kind(
        "signal.raise_signal(signal.SIGUSR1)",
        "len(rung#)",
        "import signal\nrung# = []\nsignal.signal(signal.SIGUSR1, lambda *_: rung#.append(1))",
        anywhere=False,
    ),
    "environment": Kind(
        "os.environ['CALLS#'] = str(int(os.environ.get('CALLS#', 0)) + 1)",
        "os.environ.get('CALLS#')",
        "import os",
    ),
    "sys.path": Kind("sys.path.append('mine#')", "sys.path.count('mine#')", "import sys"),
    "error state of NumPy": Kind(
        "np.seterr(over='ignore' if np.geterr()['over'] == 'warn' else 'warn')",
        "np.geterr()['over']",
        anywhere=False,
    ),
    "logging": Kind(
        "logger#.warning('called')",
        "len(records#)",
        "import logging\nrecords#, logger# = [], logging.getLogger('mine#')\n"
        "class Keeps#(logging.Handler):\n"
        "    def emit(self, record):\n        records#.append(record.getMessage())\n"
        "logger#.addHandler(Keeps#())",
    ),
    "logging on stderr": Kind(
        "logging.getLogger('loud#').warning('called #')",
        before="import logging\nlogging.getLogger('loud#').addHandler(logging.StreamHandler())",
        anywhere=False,
    ),
    "weak reference": Kind(
        "kept#.add(Thing#())",
        "len(kept#)",
        "import weakref\nclass Thing#:\n    pass\nkept# = weakref.WeakSet()",
    ),
    "error caught": Kind(
        "try: raise OSError('mine #')\nexcept OSError as error: errors#.append(str(error))",
        "errors#",
        "errors# = []",
    ),
    "an error at the third time": Kind("left#.pop()", "len(left#)", "left# = [1, 2]"),
    "names of layers": Kind("layers.Dense(1)", "layers.Dense(1).name"),
}

PATCHES = {
    "fit": "keras.Model.fit",
    "call of layers": "keras.layers.Dense.call",
    "__call__ of layers": "keras.layers.Layer.__call__",
    "train_step": "keras.Model.train_step",
    "make_train_function": "keras.Model.make_train_function",
    "compute_loss": "keras.Model.compute_loss",
    "gradient": "tf.GradientTape.gradient",
    "apply": "keras.optimizers.Optimizer.apply",
    "assign": "tf.Variable.assign",
}
"""Methods that users and libraries wrap."""

PATCH = """
original# = {method}
def mine#(self, *a, **k):
    called#.append(1)
    return original#(self, *a, **k)
{method} = mine#
"""
"""Statements that wrap a method and count its calls."""

for _name, _method in PATCHES.items():
    KINDS[f"patch of {_name}"] = Kind(
        PATCH.format(method=_method).strip(), "len(called#)", "called# = []", anywhere=False
    )

MODELS = {
    "dense": ("keras.Input((8,))", "OWN", "layers.Dense(4, activation='relu'FIRST)"),
    "not built": ("OWN", "layers.Dense(4, activation='relu'FIRST)"),
    "dropout": ("keras.Input((8,))", "OWN", "layers.Dense(4FIRST)", "layers.Dropout(0.2)"),
    "normalized": ("layers.Dense(4FIRST)", "OWN", "layers.BatchNormalization()"),
    "noise": ("keras.Input((8,))", "layers.GaussianNoise(0.1)", "layers.Dense(4FIRST)", "OWN"),
    "recurrent": ("keras.Input((8,))", "layers.Reshape((4, 2))", "OWN", "layers.SimpleRNN(3FIRST)"),
}
"""Layers of a `Sequential` before its last; `OWN` is a layer of the cell's or falls away, `FIRST`
its initializer or nothing."""

DATASETS = {
    "arrays": "",
    "tf.data": "data = tf.data.Dataset.from_tensor_slices((x, y)).batch(16)",
    "shuffled tf.data": "data = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(64).batch(16)",
}

TRAINERS = {
    "fit": "history = model.fit({data}, epochs=2, verbose={verbose}{more})",
    "several fits": "for _ in range(3):\n    history = model.fit({data}, verbose={verbose}{more})",
    "fit in try": "try:\n    history = model.fit({data}, epochs=2, verbose={verbose}{more})\n"
    "except Exception as error:\n    told = type(error).__name__",
    "train_on_batch": "for n in range(4):\n{loop}"
    "    model.train_on_batch(x[16 * n:16 * n + 16], y[16 * n:16 * n + 16])",
    "own loop": "def step(a, b):\n{step}    with tf.GradientTape() as tape:\n"
    "        value = loss_of(b, model(a, training=True))\n"
    "    weights = model.trainable_variables\n"
    "    optimizer.apply(tape.gradient(value, weights), weights)\n"
    "    return value\n{traced}for n in range(4):\n{loop}"
    "    step(tf.constant(x[16 * n:16 * n + 16]), tf.constant(y[16 * n:16 * n + 16]))",
}

FITS = ("fit", "several fits", "fit in try")

PLACES = {
    "before": TRAINERS,
    "after": TRAINERS,
    "call": TRAINERS,
    "build": TRAINERS,
    "initializer": TRAINERS,
    "loss": TRAINERS,
    "schedule": TRAINERS,
    "train_step": (*FITS, "train_on_batch"),
    "metric": (*FITS, "train_on_batch"),
    "batch callback": FITS,
    "epoch callback": FITS,
    "data: generator": ("fit", "fit in try"),
    "data: PyDataset": FITS,
    "data: map": FITS,
    "data: py_function": FITS,
    "step": ("own loop",),
    "loop": ("train_on_batch", "own loop"),
}
"""Where an effect may stand, and with which ways to train.

A generator is handed to one `fit` only: how many batches TensorFlow has drawn ahead when a `fit`
ends is a race between threads, and what it has drawn the next `fit` lacks.
"""

THREADED = ("data: generator", "data: PyDataset", "data: py_function")
"""Places that threads of TensorFlow and Keras may come to."""

PLACES_OF_PATCHES = ("before", "after", "epoch callback")

STATE_OF_TENSORFLOW = (
    "variable",
    "tf.queue",
    "hash table",
    "tf.random.Generator",
    "seed generator",
)
"""Kinds that a graph of tf.data may not do."""


@dataclass(frozen=True, order=True)
class Effect:
    """A side effect and where it happens."""

    place: str
    kind: str


@dataclass(frozen=True)
class DrawnCell:
    """A small program that trains, with side effects.

    Attributes
    ----------
    trainer, model, data : str
        Names in the tables above; `data` counts where no effect asks for other data.
    effects : tuple of Effect
        In this order.
    eager : bool
        `run_eagerly`, or an own loop without `tf.function`.
    verbose : bool
        Whether `fit` prints.
    """

    trainer: str
    model: str
    data: str
    effects: tuple[Effect, ...]
    eager: bool = False
    verbose: bool = False

    def __str__(self) -> str:
        return self.hostile_cell().cell

    def _at(self, place: str, indent: int = 0, *, block: bool = False) -> str:
        """Statements of the effects at a place, as the lines of a block if asked."""
        texts = [
            KINDS[effect.kind].does.replace("#", str(number))
            for number, effect in enumerate(self.effects)
            if effect.place == place
        ]
        text = "\n".join(texts) or ("pass" if block else "")
        return textwrap.indent(text + "\n", " " * indent) if text else ""

    def _has(self, *places: str) -> bool:
        return any(effect.place in places for effect in self.effects)

    def hostile_cell(self) -> HostileCell:
        """The cell as text."""
        kinds = [(str(n), KINDS[effect.kind]) for n, effect in enumerate(self.effects)]
        before = [kind.before.replace("#", n) for n, kind in kinds if kind.before]
        told = ", ".join(kind.told.replace("#", n) for n, kind in kinds)
        return HostileCell(
            name="drawn",
            setup="\n".join((DATA + 'y = y.astype("float32")[:, None]', *before)),
            cell="\n".join(filter(None, self._lines())),
            after=f"outcome = [{told}]",
            keys={"magic": MAGIC, "limit": LIMIT},
        )

    def _lines(self) -> list[str]:
        return [
            self._at("before"),
            self._own_layer(),
            self._own_functions(),
            self._own_model(),
            f"optimizer = keras.optimizers.SGD({'Rate()' if self._has('schedule') else '0.01'})",
            self._compiled(),
            self._own_data(),
            self._trains(),
            self._at("after"),
        ]

    def _own_layer(self) -> str:
        if not self._has("call", "build"):
            return ""
        lines = ["class Own(layers.Layer):"]
        if self._has("build"):
            lines.append("    def build(self, shape):\n" + self._at("build", 8, block=True))
        lines.append("    def call(self, inputs):\n" + self._at("call", 8))
        return "\n".join(lines) + "        return inputs * 1.0"

    def _own_functions(self) -> str:
        parts = []
        if self._has("initializer"):
            parts.append(
                "class First(keras.initializers.Initializer):\n"
                "    def __call__(self, shape, dtype=None):\n"
                + self._at("initializer", 8)
                + "        return keras.random.normal(shape, dtype=dtype, seed=1)"
            )
        if self._has("loss"):
            parts.append(
                "def loss_of(labels, predicted):\n"
                + self._at("loss", 4)
                + "    return keras.ops.mean(keras.ops.square(labels - predicted))"
            )
        else:
            parts.append("loss_of = keras.losses.MeanSquaredError()")
        if self._has("metric"):
            parts.append(
                "def metric_of(labels, predicted):\n"
                + self._at("metric", 4)
                + "    return keras.ops.mean(keras.ops.abs(labels - predicted))"
            )
        if self._has("schedule"):
            parts.append(
                "class Rate(keras.optimizers.schedules.LearningRateSchedule):\n"
                "    def __call__(self, step):\n" + self._at("schedule", 8) + "        return 0.01"
            )
        if self._has("batch callback", "epoch callback"):
            parts.append(
                "class Watches(keras.callbacks.Callback):\n"
                "    def on_train_batch_end(self, batch, logs=None):\n"
                + self._at("batch callback", 8, block=True)
                + "    def on_epoch_end(self, epoch, logs=None):\n"
                + self._at("epoch callback", 8, block=True).rstrip()
            )
        return "\n".join(parts)

    def _own_model(self) -> str:
        own = self._has("call", "build")
        first = ", kernel_initializer=First()" if self._has("initializer") else ""
        inside = [layer.replace("FIRST", first) for layer in MODELS[self.model]]
        inside = ["Own()" if layer == "OWN" else layer for layer in inside if own or layer != "OWN"]
        made = f"keras.Sequential([{', '.join(inside)}, layers.Dense(1)])"
        if not self._has("train_step"):
            return f"model = {made}"
        return (
            "class Mine(keras.Model):\n    def __init__(self):\n        super().__init__()\n"
            f"        self.inside = {made}\n"
            "    def call(self, inputs, training=None):\n"
            "        return self.inside(inputs, training=training)\n"
            "    def train_step(self, data):\n"
            + self._at("train_step", 8)
            + "        return super().train_step(data)\nmodel = Mine()"
        )

    def _compiled(self) -> str:
        if self.trainer == "own loop":
            return ""
        metrics = ", metrics=[metric_of]" if self._has("metric") else ""
        eager = ", run_eagerly=True" if self.eager else ""
        return f"model.compile(optimizer, loss_of{metrics}{eager})"

    def _own_data(self) -> str:
        if self._has("data: generator"):
            return (
                "def batches():\n    for n in range(100):\n"
                + self._at("data: generator", 8)
                + "        at = 16 * (n % 4)\n        yield x[at:at + 16], y[at:at + 16]\n"
                "data = batches()"
            )
        if self._has("data: PyDataset"):
            return (
                "class Batches(keras.utils.PyDataset):\n    def __len__(self):\n        return 4\n"
                "    def __getitem__(self, n):\n"
                + self._at("data: PyDataset", 8)
                + "        return x[16 * n:16 * n + 16], y[16 * n:16 * n + 16]\ndata = Batches()"
            )
        slices = "data = tf.data.Dataset.from_tensor_slices((x, y))"
        if self._has("data: map"):
            return (
                "def changed(a, b):\n"
                + self._at("data: map", 4)
                + f"    return a * 2.0, b\n{slices}.map(changed).batch(16)"
            )
        if self._has("data: py_function"):
            return (
                "def changed(a):\n"
                + self._at("data: py_function", 4)
                + "    return a.numpy() * 2.0\ndef both(a, b):\n"
                "    return tf.ensure_shape(tf.py_function(changed, [a], tf.float32), (8,)), b\n"
                f"{slices}.map(both).batch(16)"
            )
        return DATASETS[self.data] if self.trainer in FITS else ""

    def _trains(self) -> str:
        has_data = self.data != "arrays" or any(e.place.startswith("data") for e in self.effects)
        more = ", steps_per_epoch=4" if self._has("data: generator") else ""
        if self._has("batch callback", "epoch callback"):
            more += ", callbacks=[Watches()]"
        return TRAINERS[self.trainer].format(
            data="data" if has_data else "x, y, batch_size=16",
            verbose=2 if self.verbose else 0,
            more=more,
            step=self._at("step", 4),
            loop=self._at("loop", 4),
            traced="" if self.eager else "step = tf.function(step)\n",
        )


SMALLEST = DrawnCell("fit", "dense", "arrays", (Effect("before", "list"),))
"""What Hypothesis makes of a cell in which nothing matters."""


def fitting_effects(trainer: str) -> list[Effect]:
    """All that may happen with this way to train."""
    return [
        Effect(place, kind)
        for place, trainers in PLACES.items()
        for kind in KINDS
        if trainer in trainers
        and (KINDS[kind].anywhere or place not in THREADED)
        and not (place.startswith("data") and kind in STATE_OF_TENSORFLOW)
        and not (kind.startswith("patch") and place not in PLACES_OF_PATCHES)
    ]


def _effects(trainer: str) -> strategies.SearchStrategy[tuple[Effect, ...]]:
    """Up to four; of the places that make data only one, since there is one data."""
    drawn = strategies.lists(
        strategies.sampled_from(fitting_effects(trainer)), min_size=1, max_size=4
    )
    return drawn.filter(
        lambda effects: len({one.place for one in effects if one.place.startswith("data")}) <= 1
    ).map(tuple)


@strategies.composite
def drawn_cells(draw: strategies.DrawFn) -> DrawnCell:
    """Any of them."""
    trainer = draw(strategies.sampled_from(list(TRAINERS)))
    return DrawnCell(
        trainer=trainer,
        model=draw(strategies.sampled_from(list(MODELS))),
        data=draw(strategies.sampled_from(list(DATASETS) if trainer in FITS else ["arrays"])),
        effects=draw(_effects(trainer)),
        eager=draw(strategies.booleans()),
        verbose=draw(strategies.booleans()),
    )
