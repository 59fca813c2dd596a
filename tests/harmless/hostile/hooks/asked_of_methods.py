# must: signatures, names and texts of what is patched, comparisons between classes, and pickles made in the cell
#%% setup
import inspect, pickle
told = []
def ask(do):
    try:
        told.append(repr(do()))
    except BaseException as error:
        told.append([type(error).__name__, str(error)])
#%% cell
class Own(keras.losses.MeanSquaredError):
    pass
model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
model.compile("sgd", keras.losses.MeanSquaredError())
class Asks(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        if batch: return
        loss, mine = keras.losses.MeanSquaredError(), self.model
        for question in (
            lambda: type(loss).__call__ is keras.losses.Loss.__call__, lambda: Own.__call__ is keras.losses.Loss.__call__,
            lambda: "__call__" in vars(keras.losses.MeanSquaredError), lambda: "fit" in vars(keras.Model), lambda: "fit" in vars(type(mine)), lambda: sorted(vars(keras.Model)),
            lambda: "__iter__" in vars(tf.data.Dataset), lambda: sorted(vars(tf.data.Dataset)), lambda: sorted(vars(keras.losses.Loss)),
            *(
                (lambda one=one, part=part: part(one))
                for one in (keras.losses.Loss.__call__, keras.Model.fit, keras.Model.predict, keras.Model.evaluate, keras.layers.Layer.__call__,
                            keras.optimizers.Optimizer.apply, tf.GradientTape.gradient, tf.data.Dataset.__iter__, tf.data.Dataset.__init__, mine.fit, loss.__call__)
                for part in (inspect.signature, lambda one: one.__name__, lambda one: one.__qualname__, lambda one: one.__module__, lambda one: one.__doc__,
                             inspect.getsource, inspect.isfunction, inspect.ismethod, callable, lambda one: inspect.getfullargspec(one).args,
                             lambda one: pickle.loads(pickle.dumps(one)).__name__, lambda one: sorted(one.__annotations__))
            ),
            lambda: pickle.loads(pickle.dumps(loss)).get_config(), lambda: float(pickle.loads(pickle.dumps(loss))(y[:4], y[4:8])),
            lambda: pickle.loads(pickle.dumps(mine)).count_params(), lambda: sorted(vars(mine)), lambda: mine.get_config() and 1, lambda: dir(loss), lambda: dir(mine),
        ):
            ask(question)
history = model.fit(x, y, verbose=0, callbacks=[Asks()])
#%% after
outcome = told
