# must: what a call of a patched method without its arguments raises has the words that it has without the magic
# fast: yes
#%% setup
told = []
def ask(do):
    try:
        told.append(repr(do()))
    except BaseException as error:
        told.append([type(error).__name__, str(error)])
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
model.compile("sgd", "mse")
loss, data = keras.losses.MeanSquaredError(), tf.data.Dataset.range(3)
class Missing(keras.Model):
    def __init__(self):
        super().__init__()
        self.dense = layers.Dense(1)
    def call(self, inputs):
        return self.dense(inputs)
    def train_step(self, pair):
        with tf.GradientTape() as tape:
            value = loss(self(pair[0]))
        return {"loss": value}
for wrong in (
    lambda: loss(), lambda: loss(y), lambda: loss(y, y, y, y), lambda: loss(y_true=y), lambda: loss(y, y, weights=y),
    lambda: tf.GradientTape().gradient(), lambda: tf.GradientTape().gradient(1.0), lambda: tf.GradientTape().gradient(sources=[]),
    lambda: model.optimizer.apply(), lambda: model.optimizer.apply(None), lambda: model.optimizer.apply([], [], []),
    lambda: model.optimizer.apply(v for v in []), lambda: model.optimizer.apply(grads=1, trainable_variables=2),
    lambda: model.predict(), lambda: model.evaluate(nothing=1), lambda: model.predict(x, 1, 2, 3, 4, 5, 6),
    lambda: model.fit(nothing=1), lambda: model.train_on_batch(), lambda: model.make_train_function(1, 2), lambda: model.make_train_function(nothing=1),
    lambda: model.fit(x, y, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
    lambda: model(), lambda: layers.Dense(1)(), lambda: data.__iter__(1), lambda: tf.data.Dataset.__init__(data), lambda: tf.data.Dataset.__init__(data, 1, 2),
    lambda: keras.Model.fit(), lambda: keras.losses.Loss.__call__(), lambda: keras.layers.Layer.__call__(), lambda: keras.optimizers.Optimizer.apply(),
    lambda: keras.Model.predict(), lambda: tf.GradientTape.gradient(), lambda: keras.Model.train_on_batch(), lambda: keras.Model.make_train_function(),
):
    ask(wrong)
def fails():
    mine = Missing()
    mine.compile("sgd", "mse")
    mine.fit(x, y, verbose=0)
ask(fails)
#%% after
outcome = told
