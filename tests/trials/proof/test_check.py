"""Which code is proved to only compute, and which is closed."""

import ast
import linecache
import os
import random
import subprocess
import sys
import types
import warnings
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import pandas as pd
import pytest
import sklearn.model_selection
import sklearn.preprocessing
import tensorflow as tf

from nbdoctor.trials.proof.check import check, check_live
from nbdoctor.trials.refusal import UnprovedError

pytestmark = [pytest.mark.keras, pytest.mark.filterwarnings("ignore")]


class Stranger:
    """Whatever it is asked, it does something."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(name)


NOTED: list[Any] = []


def noting(value: Any) -> None:
    NOTED.append(value)


def namespace() -> dict[str, Any]:
    return {
        "keras": keras,
        "layers": keras.layers,
        "Dense": keras.layers.Dense,
        "np": np,
        "pd": pd,
        "tf": tf,
        "os": os,
        "sklearn": sklearn,
        "sys": sys,
        "random": random,
        "warnings": warnings,
        "subprocess": subprocess,
        "x": np.zeros((8, 4), "float32"),
        "y": np.zeros(8, "int64"),
        "frame": pd.DataFrame({"a": [1, 2]}),
        "log": [],
        "counts": {"built": 0},
        "sizes": [8, 8],
        "units": 8,
        "tools": {"run": subprocess.call},
        "functions": [np.save],
        "config": types.SimpleNamespace(units=8),
        "draws": np.random.default_rng(0),
        "rows": iter([1, 2]),
        "stranger": Stranger(),
        "model": keras.Sequential([keras.layers.Dense(1)]),
        "dense": keras.layers.Dense(1),
        "total": tf.Variable(0.0),
        "note": noting,
        "name_of_file": "file",
        "writer": types.SimpleNamespace(write=print),
    }


def cell(text: str) -> str:
    return "\n".join(line[8:] for line in text.strip("\n").split("\n")) + "\n"


ALLOWED = {
    "a walrus in a comprehension": """
        made = [(last := layers.Dense(size)) for size in sizes]
        model = keras.Sequential([*made, last])
        """,
    "a walrus in a test": """
        if (count := len(sizes)) > 1:
            model = keras.Sequential([Dense(count)])
        """,
    "a generator expression": "z = sum(size * 2 for size in sizes)",
    "a function in an f-string": "name = f'layer_{len(sizes):>{units}}'",
    "a model": """
        model = keras.Sequential([keras.Input((4,)), layers.Dense(units, activation="relu")])
        model.add(Dense(1))
        model.compile(keras.optimizers.Adam(1e-3), "mse", metrics=["mae"])
        """,
    "a functional model": """
        inputs = keras.Input((4,))
        hidden = layers.Dense(8)(inputs)
        for size in sizes:
            hidden = layers.Dense(size, activation="relu")(hidden)
        model = keras.Model(inputs, layers.Dense(1)(hidden))
        """,
    "tf.keras": "model = tf.keras.models.Sequential([tf.keras.layers.Dense(1)])",
    "a function": """
        def build(units, rate=0.1):
            model = keras.Sequential()
            for place in range(3):
                model.add(layers.Dense(units * 2**place))
            if rate > 0:
                model.add(layers.Dropout(rate))
            model.compile("adam", "mse")
            return model
        model = build(units)
        model.layers[0].trainable = False
        """,
    "a function that adds to a model": """
        def with_head(model, units):
            model.add(Dense(units))
            return model
        model = with_head(keras.Sequential(), 3)
        model.compile("adam", "mse")
        """,
    "a list of its own": """
        made = []
        for size in sizes:
            made.append(layers.Dense(size))
        made += [layers.Dense(1)]
        model = keras.Sequential(made)
        """,
    "a dict of its own": """
        given = dict(activation="relu")
        given["units"] = units
        model = keras.Sequential([layers.Dense(**given)])
        """,
    "a layer": """
        class Own(layers.Layer):
            def __init__(self, units, **kwargs):
                super().__init__(**kwargs)
                self.units = units
                self.blocks = []
                for _ in range(2):
                    self.blocks.append(layers.Dense(units))
            def build(self, shape):
                self.scale = self.add_weight(shape=(shape[-1],), initializer="ones")
                self.built = True
            def call(self, inputs, training=False):
                hidden = inputs * self.scale
                for block in self.blocks:
                    hidden = block(hidden)
                return keras.ops.relu(hidden)
        model = keras.Sequential([Own(4), layers.Dense(1)])
        """,
    "a model of a class": """
        class Net(keras.Model):
            def __init__(self):
                super().__init__()
                self.dense = layers.Dense(8)
                self.head = layers.Dense(1)
            def call(self, inputs):
                return self.head(self.dense(inputs))
            def train_step(self, data):
                x, y = data
                with tf.GradientTape() as tape:
                    loss = self.compute_loss(x=x, y=y, y_pred=self(x, training=True))
                gradients = tape.gradient(loss, self.trainable_variables)
                self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
                return {"loss": loss}
        model = Net()
        model.compile("adam", "mse")
        """,
    "a loss": """
        def weighted(y_true, y_pred):
            weights = keras.ops.where(y_true > 0, 2.0, 1.0)
            return keras.ops.mean(weights * tf.abs(y_true - y_pred), axis=-1)
        model = keras.Sequential([Dense(1)])
        model.compile("adam", loss=weighted)
        """,
    "a lambda": "model = keras.Sequential([layers.Lambda(lambda z: z / 255.0), Dense(1)])",
    "a class of constants": """
        class Config:
            units = 8
            rate = 0.1
        model = keras.Sequential([Dense(Config.units)])
        """,
    "scaled data": "scaled = (x - x.mean(axis=0)) / x.std(axis=0)",
    "data of its own": """
        z = x.copy()
        z[:] = z * 2
        z *= 3
        """,
    "one column per class": "z = keras.utils.to_categorical(y, 3).astype('float32')",
    "arrays": "z = np.concatenate([np.zeros(3), np.where(y > 1, 1, 0)]).reshape(-1, 1)",
    "a generator of its own": "order = np.random.default_rng(0).permutation(len(x))",
    "a column of a table": "z = frame['a'].to_numpy() / 2",
    "an import": """
        from keras import layers as kl
        import numpy
        model = keras.Sequential([kl.Dense(numpy.max(y))])
        """,
    "a normalization": """
        normalise = layers.Normalization()
        normalise.adapt(x)
        """,
    "a model of another cell, which is copied": "model.add(dense)",
    "an architecture without weights": (
        "base = keras.applications.MobileNetV2(weights=None, input_shape=(32, 32, 3))"
    ),
    "a layer that is called": "hidden = dense(keras.Input((4,)))",
    "a schedule": (
        "rate = keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9)\n"
        "optimizer = keras.optimizers.SGD(learning_rate=rate)"
    ),
    "text": "name = f'layer_{units}'.upper()",
    "a model by its name": """
        def with_head(units, *, model):
            model.add(Dense(units))
            return model
        model = with_head(3, model=keras.Sequential())
        model.compile("adam", "mse")
        """,
    "a property": """
        class Own(layers.Layer):
            @property
            def width(self):
                return self._width
            @width.setter
            def width(self, value):
                self._width = value
            def call(self, inputs):
                return inputs * self.width
        """,
    "words in a list": "layer = layers.StringLookup(vocabulary=['a', 'b'])",
    "a scaler that is fitted apart": """
        from sklearn.preprocessing import StandardScaler
        scaler = StandardScaler().fit(x)
        z = scaler.transform(x)
        other = StandardScaler()
        other.fit(x[:4])
        """,
    "a split that is drawn from a number": """
        from sklearn.model_selection import train_test_split
        parts = train_test_split(x, y, test_size=0.25, random_state=0, stratify=y)
        first, second = train_test_split(x, shuffle=False)
        """,
    "rows that are drawn from a number": "z = frame.sample(frac=1, random_state=units)",
    "a table": """
        z = frame.drop_duplicates().assign(b=frame["a"].shift(1).diff()).rename(columns={"a": "c"})
        z = z.sort_values("c").reset_index(drop=True).ffill()
        """,
    "times": 'z = frame.iloc[pd.to_datetime(frame["a"]).argsort()]',
    "windows": "z = np.lib.stride_tricks.sliding_window_view(x, 3, axis=0)",
    "a scaler": """
        from sklearn.preprocessing import StandardScaler
        z = StandardScaler().fit_transform(x)
        """,
    "an error": """
        def build(units):
            if units < 1:
                raise ValueError("too few")
            return Dense(units)
        layer = build(3)
        """,
    "a branch": """
        activation = "relu" if units > 4 else "tanh"
        if units > 4:
            hidden = Dense(4, activation=activation)
        else:
            hidden = Dense(2)
        """,
}

CLOSED = {
    "a walrus that may not run": """
        mine = log
        z = units > 100 and (mine := [])
        mine.append(1)
        """,
    "a walrus that changes a name in a comprehension": """
        z = x.copy()
        made = [(z := x) for _ in sizes]
        z += 1
        """,
    "a long way round a comprehension": """
        a, b = [], []
        made = [((a := b), (b := log)) for _ in sizes]
        a.append(1)
        """,
    "a change in a comprehension": "made = [(mine := log).append(1) for _ in sizes]",
    "a change in a generator expression": "made = list(log.append(size) for size in sizes)",
    "an iterator in a generator expression": "made = sum(one for one in rows)",
    "a width in an f-string": "name = f'{units:{sizes.pop()}}'",
    "__getattr__": """
        class Own(layers.Layer):
            def __getattr__(self, name):
                log.append(name)
                return 1
        z = Own().anything
        """,
    "__getattribute__": "z = x.__getattribute__('tofile')('file')",
    "a function without a name": "(lambda: log.append(1))()",
    "one of two functions": "(print if units else len)('a')",
    "a function that a function returns": """
        def outer():
            def inner():
                log.append(1)
            return inner
        outer()()
        """,
    "a decorator of something else": """
        @log.append
        def build():
            return 1
        """,
    "a dict comprehension": "z = {size: counts.update(built=size) for size in sizes}",
    "try": """
        try:
            log.append(1)
        except ValueError:
            pass
        """,
    "an async function": """
        async def build():
            return 1
        """,
    "match": """
        match units:
            case 8:
                z = 1
        """,
    "tf.config.set_visible_devices": "tf.config.set_visible_devices([])",
    # what stands in another's container
    "tools['run']": 'tools["run"](["true"])',
    "functions[0]": "functions[0]('file', x)",
    "a function of a function": """
        def chosen():
            return tools
        chosen()["run"](["true"])
        """,
    "f()()": """
        def chosen():
            return os.system
        chosen()("true")
        """,
    "one of a loop": """
        for function in functions:
            function("file", x)
        """,
    "what is handed on": """
        def called(function):
            function("true")
        called(os.system)
        """,
    "map": "list(map(np.save, ['a'], [x]))",
    "a bound method": "list(map(log.append, [1]))",
    "an own name for it": """
        keep = log.append
        keep(1)
        """,
    "a partial": "import functools\nfunctools.partial(print, 1)()",
    # what is written into
    "x[:] = ...": "x[:] = x * 2.0",
    "x *= 2": "x *= 2.0",
    "a view": """
        z = x[:4]
        z[:] = 0
        """,
    "another view": """
        z = np.asarray(x)
        z += 1
        """,
    "a transposed view": "x.T[0] = 1",
    "a view by reshape": "x.reshape(-1)[0] = 1",
    "d[k] = ...": 'counts["built"] = 1',
    "d[k] += ...": 'counts["built"] += 1',
    "an alias": """
        mine = log
        mine.append(1)
        """,
    "an alias in a list": """
        mine = [log]
        mine[0].append(1)
        """,
    "an alias by a branch": """
        if units > 100:
            log = []
        log.append(1)
        """,
    "an alias by or": "(log or []).append(1)",
    "an alias by a loop": """
        for one in [log]:
            one.append(1)
        """,
    "an alias by a parameter": """
        def noted(into):
            into.append(1)
        noted(log)
        """,
    "an alias by a default": """
        def noted(into=log):
            into.append(1)
        noted()
        """,
    "an alias by a tuple": """
        a, b = log, 1
        a.append(b)
        """,
    "an alias by a walrus": "(mine := log).append(1)",
    "an alias kept in an object": """
        class Own(layers.Layer):
            def __init__(self, into):
                super().__init__()
                self.into = into
            def call(self, inputs):
                self.into.append(1)
                return inputs
        layer = Own(log)
        """,
    "an alias kept from outside of the object": """
        class Own(layers.Layer):
            def __init__(self):
                super().__init__()
                self.into = []
            def call(self, inputs):
                self.into.append(1)
                return inputs
        layer = Own()
        layer.into = log
        """,
    "an alias kept by a class that goes on from it": """
        class Base(layers.Layer):
            def __init__(self):
                super().__init__()
                self.into = []
            def call(self, inputs):
                self.into.append(1)
                return inputs
        class Own(Base):
            def __init__(self):
                super().__init__()
                self.into = log
        layer = Own()
        """,
    "a name that changes its value later": """
        into = []
        def loss(y_true, y_pred):
            into.append(1)
            return y_pred
        model = keras.Sequential([Dense(1)])
        model.compile("adam", loss)
        into = log
        """,
    "list.pop": "units = sizes.pop()",
    "list.sort": "sizes.sort()",
    "dict.update": "counts.update(built=2)",
    "dict.setdefault": "counts.setdefault('other', [])",
    "ndarray.fill": "x.fill(0)",
    "ndarray.sort": "x.sort()",
    "del": "del counts['built']",
    "an attribute": "config.units = 3",
    "an attribute of an array": "x.shape = (4, 8)",
    "a flag of an array": "x.flags.writeable = False",
    "an attribute of a module": "np.save = None",
    "an attribute of a class": "layers.Dense.units = 3",
    "a method of Keras": "keras.layers.Layer.__call__ = None",
    "out=": "np.add(x, 1, out=x)",
    "out by its place": "np.add(x, 1, x)",
    "out of a method": "x.sum(0, None, y)",
    "out in a dict": "np.add(x, 1, **{'out': x})",
    "out among starred arguments": "np.add(*[x, x, x])",
    "in place": "frame.drop('a', axis=1, inplace=True)",
    "in place by its place": "np.nan_to_num(x, False)",
    "np.copyto": "np.copyto(x, 0)",
    "np.put": "np.put(x, 0, 1)",
    "np.fill_diagonal": "np.fill_diagonal(x, 1)",
    "np.random.shuffle": "np.random.shuffle(x)",
    "a column": "frame['b'] = 1",
    "a cell of a table": "frame.loc[0, 'a'] = 1",
    "preprocess_input of an array": "z = keras.applications.vgg16.preprocess_input(x)",
    "a variable": "total.assign_add(1.0)",
    "iterating over a class of the user's": "values = [one for one in stranger]",
    # what goes on from a state
    "next": "first = next(rows)",
    "an iterator": "values = list(rows)",
    "an iterator in a loop": """
        for row in rows:
            first = row
        """,
    "an iterator in a comprehension": "values = [one for one in rows]",
    "an iterator that is unpacked": "first, second = rows",
    "an iterator that is starred": "values = [*rows]",
    "a generator of NumPy": "z = draws.normal(size=3)",
    "a draw from the state of NumPy": "z = np.random.normal(size=3)",
    "a draw from the state of Python": "z = random.random()",
    "a draw from the state of TensorFlow": "z = tf.random.normal([3])",
    "global": """
        def build():
            global units
            units += 1
        build()
        """,
    "nonlocal": """
        def build():
            made = 0
            def count():
                nonlocal made
                made += 1
            count()
        build()
        """,
    "a generator function": """
        def rows_of():
            yield 1
        values = list(rows_of())
        """,
    "while": """
        while units > 1:
            units //= 2
        """,
    # settings of the process
    "np.seterr": "np.seterr(all='ignore')",
    "np.set_printoptions": "np.set_printoptions(precision=2)",
    "np.errstate": """
        with np.errstate(all="ignore"):
            z = x / 0
        """,
    "np.random.seed": "np.random.seed(0)",
    "keras.config": "keras.config.set_floatx('float64')",
    "keras.backend": "keras.backend.set_epsilon(1e-3)",
    "set_random_seed": "keras.utils.set_random_seed(0)",
    "clear_session": "keras.backend.clear_session()",
    "tf.config": "tf.config.run_functions_eagerly(True)",
    "tf.random.set_seed": "tf.random.set_seed(1)",
    "sys.path": "sys.path.append('mine')",
    "os.environ": "os.environ['BUILT'] = '1'",
    "os.chdir": "os.chdir('/')",
    "warnings": "warnings.simplefilter('ignore')",
    "register": "keras.saving.register_keras_serializable()(Dense)",
    "custom objects": "keras.utils.get_custom_objects()['mine'] = Dense",
    # the world outside
    "print": "print('built')",
    "open": "open('file')",
    "subprocess": "subprocess.call(['true'])",
    "np.save": "np.save('file', x)",
    "np.load": "z = np.load('file')",
    "tofile": "x.tofile('file')",
    "to_csv": "frame.to_csv('file')",
    "read_csv": "z = pd.read_csv('file')",
    "tf.summary": "writer = tf.summary.create_file_writer('logs')",
    "tf.print": "tf.print('a', output_stream='file:///tmp/a')",
    "tf.py_function": "tf.py_function(print, [1], [])",
    "tf.io": "tf.io.write_file('a', 'b')",
    "np.ctypeslib": "np.ctypeslib.load_library('c', '.')",
    "__builtins__": '__builtins__["open"]("file")',
    "np.__builtins__": 'np.__builtins__["open"]("file")',
    "__import__": "__import__('os').system('true')",
    "import of something else": "import socket",
    "getattr": "getattr(os, 'system')('true')",
    "exec": "exec('units = 1')",
    "eval": "eval('units')",
    "globals": "globals()['units'] = 1",
    "vars": "vars(config)['units'] = 1",
    "__class__": "().__class__.__bases__[0].__subclasses__()",
    "__globals__": "z = (lambda: 0).__globals__",
    "methodcaller": "import operator\noperator.methodcaller('append', 1)(log)",
    "type with a body": "Own = type('Own', (layers.Layer,), {})",
    "an attribute of a stranger": "z = stranger.units",
    "a call of a stranger": "stranger()",
    "an attribute of another's object": "z = config.units",
    "a context": """
        with open("file") as file:
            z = 1
        """,
    "fit": "model.fit(x, y)",
    "predict": "z = model.predict(x)",
    "save": "model.save('file')",
    "save by another name": "keep = model.save\nkeep('file')",
    "load_weights": "model.load_weights('file')",
    "summary": "model.summary()",
    "load_model": "model = keras.models.load_model('file')",
    "pretrained": "base = keras.applications.MobileNetV2()",
    "get_file": "keras.utils.get_file('a', 'http://localhost')",
    "TFSMLayer": "layer = layers.TFSMLayer('folder')",
    "deserialize": "layer = keras.layers.deserialize({})",
    "a callback": "note = keras.callbacks.CSVLogger('file')",
    # where the user's code stands in another's place
    "a layer that prints": """
        class Own(layers.Layer):
            def call(self, inputs):
                print("called")
                return inputs
        """,
    "a layer that counts": """
        class Own(layers.Layer):
            def call(self, inputs):
                counts["built"] += 1
                return inputs
        """,
    "a property that counts": """
        class Own(layers.Layer):
            @property
            def width(self):
                log.append(1)
                return 3
        """,
    "__init_subclass__": """
        class Registered(layers.Layer):
            def __init_subclass__(cls, **given):
                log.append(cls)
        class Own(Registered):
            pass
        """,
    "a metaclass": """
        class Own(metaclass=stranger):
            pass
        """,
    "a class that goes on from a stranger": """
        class Own(stranger.Base):
            pass
        """,
    "the body of a class": """
        class Own:
            log.append(1)
        """,
    "a counter of a class": """
        class Own(layers.Layer):
            made = 0
            def __init__(self):
                super().__init__()
                Own.made += 1
        """,
    "a loss that counts": """
        def loss(y_true, y_pred):
            log.append(1)
            return y_pred
        model = keras.Sequential([Dense(1)])
        model.compile("adam", loss)
        """,
    "a loss in a list": """
        def loss(y_true, y_pred):
            log.append(1)
            return y_pred
        losses = [loss]
        """,
    "an initializer that draws": (
        "layer = Dense(1, kernel_initializer=lambda shape, dtype=None: draws.normal(size=shape))"
    ),
    "a decorator": """
        def noted(function):
            log.append(1)
            return function
        @noted
        def build():
            return 1
        """,
    "a default": """
        def build(count=log.append(1)):
            return count
        """,
    "an annotation": """
        def build(count: log.append(1)):
            return count
        """,
    "a call in an f-string": "name = f'{log.append(1)}'",
    "a format": "name = f'{stranger}'",
    "a test": """
        if log.append(1):
            units = 1
        """,
    "a name that may stand for what was there": """
        if units > 100:
            def note(value):
                return value
        note(1)
        """,
    "a name of a loop that may not run": """
        for note in []:
            units = 1
        note(1)
        """,
    "a name of a walrus that may not run": """
        z = units > 100 and (note := Dense)
        note(1)
        """,
    "an import that may not run": """
        if units > 100:
            import numpy as log
        log.append(1)
        """,
    "self by another name": """
        class Own(layers.Layer):
            def call(self, inputs):
                self = log
                self.append(1)
                return inputs
        """,
    "a long way round a loop": """
        a, b, c = [], [], []
        for _ in range(4):
            a.append(1)
            a = b
            b = c
            c = log
        """,
    "a method that two classes have": """
        class Own(layers.Layer):
            def save(self, file):
                return file
        made = keras.Sequential([Dense(1)])
        made.save("file")
        """,
    "a setter of a stranger": """
        class Own(layers.Layer):
            @stranger.setter
            def width(self, value):
                pass
        """,
    "the message of an assert": "assert units > 100, log.append(1)",
    "what a function is said to return": """
        def build() -> log.append(1):
            return 1
        """,
    "sum with a start": "sum([], log).append(1)",
    "sum with a named start": """
        z = sum([], start=log)
        z.append(1)
        """,
    "reduce": """
        import functools
        z = functools.reduce(max, [log])
        z.append(1)
        """,
    "to_numpy": """
        z = frame["a"].to_numpy()
        z[:] = 0
        """,
    "a shallow copy": """
        z = frame.copy(deep=False)
        z["a"] = 0
        """,
    "a shallow copy by its place": "frame.copy(False)['a'] = 0",
    "a list that a model was compiled with": """
        made = keras.Sequential([Dense(1)])
        made.compile("adam", log)
        made.loss.append(1)
        """,
    "a scaler that writes later": """
        from sklearn.preprocessing import StandardScaler
        z = StandardScaler().fit(x).transform(x, copy=False)
        """,
    "a model that is fitted": "z = keras.Sequential([layers.Dense(1)]).fit(x, y)",
    "a split that is drawn anew": """
        from sklearn.model_selection import train_test_split
        parts = train_test_split(x, y)
        """,
    "a split that is drawn from nothing": """
        from sklearn.model_selection import train_test_split
        parts = train_test_split(x, y, random_state=None)
        """,
    "rows that are drawn anew": "z = frame.sample(frac=1)",
    "duplicates that are dropped in place": "frame.drop_duplicates(inplace=True)",
    "windows that can be written into": """
        z = np.lib.stride_tricks.sliding_window_view(x, 3, axis=0, writeable=True)
        z[0] = 1
        """,
    "a scaler that writes": """
        from sklearn.preprocessing import StandardScaler
        z = StandardScaler(copy=False).fit_transform(x)
        """,
    "a file of words": "layer = layers.StringLookup(vocabulary='file')",
    "a file of words with a name": "layer = layers.TextVectorization(vocabulary=name_of_file)",
    "a function that fails in one method and is met in another": """
        class Own(layers.Layer):
            def build(self, shape):
                note(1)
            def call(self, inputs):
                note(1)
                return inputs
        """,
    "a shadowed name": """
        def len(values):
            log.append(1)
            return 1
        units = len(x)
        """,
}


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in ALLOWED.items()])
def test_what_only_computes_is_allowed(text: str) -> None:
    check(ast.parse(cell(text) if text.startswith("\n") else text).body, namespace())


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in CLOSED.items()])
def test_everything_else_is_closed(text: str) -> None:
    with pytest.raises(UnprovedError) as found:
        check(ast.parse(cell(text) if text.startswith("\n") else text).body, namespace())
    assert str(found.value).startswith("line ")
    assert found.value.line > 0


UNKNOWN = "and nbdoctor can't tell what that does"
OUTSIDE = "which exists already and would be changed again"

REASONS = {
    "writer = tf.summary.create_file_writer('logs')": (
        f"line 1 calls `tf.summary.create_file_writer`, {UNKNOWN}"
    ),
    "tf.config.set_visible_devices([])": f"line 1 calls `tf.config.set_visible_devices`, {UNKNOWN}",
    "np.ctypeslib.load_library('c', '.')": f"line 1 calls `np.ctypeslib.load_library`, {UNKNOWN}",
    'np.__builtins__["open"]("file")': f"line 1 uses `np`, {UNKNOWN}",
    '__builtins__["open"]("file")': f"line 1 uses `__builtins__`, {UNKNOWN}",
    "tools['run'](['true'])": f"line 1 uses `tools`, {UNKNOWN}",
    "units = 1\nlog.append(units)": f"line 2 calls `log.append`, {OUTSIDE}",
    "name = f'{log.append(1)}'": f"line 1 calls `log.append`, {OUTSIDE}",
    "x[:] = x * 2.0": f"line 1 writes into `x`, {OUTSIDE}",
    "x *= 2.0": f"line 1 changes `x`, {OUTSIDE}",
    "config.units = 3": f"line 1 uses `config`, {UNKNOWN}",
    "np.add(x, 1, out=x)": "line 1 may let `np.add` write into an array",
    "z = keras.applications.vgg16.preprocess_input(x)": "line 1 may change `x` in place",
    "import socket": "line 1 imports a module that nbdoctor does not know",
    "def build():\n    global units\n    units = 1\nbuild()": (
        "line 2 contains a `global` statement, and nbdoctor can't tell what that does"
    ),
    "while units > 1:\n    units = 1": (
        "line 1 contains a `while` statement, and nbdoctor can't tell what that does"
    ),
    "first = undefined + 1": "line 1 uses `undefined`, which has no value yet",
    "z = stranger.units": f"line 1 uses `stranger`, {UNKNOWN}",
    "first = next(rows)": f"line 1 uses `rows`, {UNKNOWN}",
}


@pytest.mark.parametrize(("text", "reason"), REASONS.items())
def test_what_is_closed_is_named_with_its_line(text: str, reason: str) -> None:
    with pytest.raises(UnprovedError) as found:
        check(ast.parse(text).body, namespace())
    assert str(found.value) == reason


def test_a_function_of_numpy_that_counts_is_not_numpys(monkeypatch: pytest.MonkeyPatch) -> None:
    before = np.mean

    def mean(values: object) -> object:
        NOTED.append(values)
        return before(values)  # type: ignore[call-overload]

    monkeypatch.setattr(np, "mean", mean)
    with pytest.raises(UnprovedError, match=r"line 1 uses `mean`, which calls `NOTED.append`"):
        check(ast.parse("z = np.mean(x)").body, namespace())
    monkeypatch.undo()
    check(ast.parse("z = np.mean(x)").body, namespace())


def test_what_a_name_stands_for_counts_and_not_how_it_is_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def mean(values: Any) -> Any:
        return values

    check(ast.parse("z = np.mean(x)").body, namespace())
    monkeypatch.setattr(np, "mean", mean)
    with pytest.raises(UnprovedError):
        check(ast.parse("z = np.mean(x)").body, namespace())
    with pytest.raises(UnprovedError):
        check(ast.parse("layer = Dense(1)").body, {**namespace(), "Dense": subprocess.call})


def test_a_method_of_keras_that_was_replaced_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    before = keras.layers.Layer.__call__

    def noted(self: Any, *given: Any, **named: Any) -> Any:
        return before(self, *given, **named)

    monkeypatch.setattr(keras.layers.Layer, "__call__", noted)
    with pytest.raises(UnprovedError, match=r"`Layer.__call__`, which other code has replaced"):
        check(ast.parse("model = keras.Sequential([Dense(1)])").body, namespace())


def test_a_word_that_the_user_has_registered_is_what_it_stands_for() -> None:
    names = defined("""
        def harmless(z):
            return z * 2
        def counting(z):
            log.append(1)
            return z
        """)
    for name, is_pure in (("harmless", True), ("counting", False)):
        with keras.utils.custom_object_scope({name: names[name]}):
            code = ast.parse(f"layer = Dense(1, activation='{name}')").body
            if is_pure:
                check(code, namespace())
            else:
                with pytest.raises(UnprovedError, match="counting"):
                    check(code, namespace())


@pytest.fixture(autouse=True)
def _texts() -> Iterator[None]:
    yield
    linecache.clearcache()


def defined(text: str) -> dict[str, Any]:
    """The names of a cell that has run, whose text Python knows as it knows that of a notebook."""
    source, file = cell(text), f"<cell {len(linecache.cache)}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    names = {**namespace(), "__name__": "__main__"}
    exec(compile(source, file, "exec"), names)  # noqa: S102
    return names


LIVE = """
        class Pure(layers.Layer):
            def call(self, inputs):
                return inputs * 2.0
        class Counting(layers.Layer):
            def call(self, inputs):
                log.append(1)
                return inputs
        class Below(Counting):
            pass
        class Kept(layers.Layer):
            seen = []
            def call(self, inputs):
                self.seen.append(1)
                return inputs
        def pure(y_true, y_pred):
            return helped(y_true) - y_pred
        def helped(values):
            return values * 2
        def closed(y_true, y_pred):
            counts["built"] += 1
            return y_pred
        def made():
            held = []
            def inner(y_true, y_pred):
                held.append(1)
                return y_pred
            return inner
        inner = made()
        short = lambda z: z * 2
        """


@pytest.mark.parametrize(
    ("name", "is_pure"),
    [
        ("Pure", True),
        ("Counting", False),
        ("Below", False),
        ("Kept", False),
        ("pure", True),
        ("closed", False),
        ("inner", False),
        ("short", True),
    ],
)
def test_code_that_is_there_already_is_read(name: str, is_pure: bool) -> None:
    value = defined(LIVE)[name]
    if is_pure:
        check_live(value)
    else:
        with pytest.raises(UnprovedError):
            check_live(value)


def test_a_word_that_a_name_or_a_dict_holds_is_looked_up_as_well() -> None:
    counting = defined(LIVE)["closed"]
    with keras.utils.custom_object_scope({"counting": counting}):
        for held in ("counting", {"activation": "counting"}, [["counting"]]):
            with pytest.raises(UnprovedError, match="closed"):
                check(ast.parse("layer = Dense(1, held)").body, {**namespace(), "held": held})


def test_a_class_that_was_changed_is_not_what_its_text_says() -> None:
    names = defined(LIVE)

    def call(_self: Any, inputs: Any) -> Any:
        return inputs

    names["Pure"].call = call
    with pytest.raises(UnprovedError, match="whose source is not known"):
        check_live(names["Pure"])


class _Training(keras.Model):  # type: ignore[misc]
    def call(self, x):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        return keras.ops.relu(x)

    def train_step(self, data):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        DONE.append(data)


class _TrainingInCall(_Training):
    def call(self, x):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
        return self.train_step(x)


DONE: list[Any] = []


def test_a_method_that_nobody_calls_need_not_be_proved() -> None:
    with pytest.raises(UnprovedError):
        check_live(_Training)
    check_live(_Training, unused=("train_step",))
    with pytest.raises(UnprovedError):
        check_live(_TrainingInCall, unused=("train_step",))
