# must: properties of the user's own losses, metrics, optimizers, schedules, regularizers and layers are asked as often as without the magic
# magic: -q -o diagnosis --no-trials
#%% setup
told = []
def asked(name, plain):
    return property(lambda self: told.append((type(self).__name__, name)) or plain(self))
class Loss(keras.losses.Loss):
    def __init__(self): super().__init__(name="mine")
    def call(self, y_true, y_pred): return (tf.cast(y_true, "float32") - y_pred) ** 2
    def get_config(self): told.append("loss config"); return super().get_config()
    fn = asked("fn", lambda self: None)
    from_logits = asked("from_logits", lambda self: False)
class Metric(keras.metrics.MeanSquaredError):
    variables = asked("variables", lambda self: keras.metrics.MeanSquaredError.variables.fget(self))
    dtype = asked("dtype", lambda self: "float32")
    def get_config(self): told.append("metric config"); return super().get_config()
class Optimizer(keras.optimizers.SGD):
    @property
    def learning_rate(self): told.append("rate"); return self._get_current_learning_rate()
    @learning_rate.setter
    def learning_rate(self, value): self._learning_rate = value
    @property
    def variables(self): told.append("slots"); return super().variables
    def get_config(self): told.append("optimizer config"); return super().get_config()
class Regularizer(keras.regularizers.Regularizer):
    def __call__(self, value): told.append("penalty"); return 0.01 * keras.ops.sum(value ** 2)
    def get_config(self): told.append("regularizer config"); return {}
class Layer(layers.Dense):
    activation = property(lambda self: told.append("activation") or keras.activations.relu, lambda self, value: None)
    kernel_initializer = property(lambda self: told.append("initializer") or self.__dict__.get("init"), lambda self, value: self.__dict__.update(init=value))
    rate = asked("rate", lambda self: 0.1)
    dropout = asked("dropout", lambda self: 0.1)
    losses = asked("losses", lambda self: [])
    def count_params(self): told.append("count"); return super().count_params()
    def get_config(self): told.append("layer config"); return super().get_config()
    def compute_output_shape(self, shape): told.append("shape"); return super().compute_output_shape(shape)
#%% cell
model = keras.Sequential([keras.Input((8,)), Layer(4, kernel_regularizer=Regularizer()), layers.Dense(1, activation="sigmoid")])
model.compile(Optimizer(0.1), Loss(), metrics=[Metric()])
history = model.fit(x, y, batch_size=16, epochs=2, verbose=0)
counted = list(told)
#%% after
outcome = [counted, told]
