# must: an optimizer is handed the very gradients and weights that the cell gives it, a generator too
# fast: yes
# magic: -q -o diagnosis --no-trials
#%% setup
told = []
class Own(keras.optimizers.SGD):
    def apply(self, grads, trainable_variables=None):
        told.append((type(grads).__name__, type(trainable_variables).__name__))
        return super().apply(grads, trainable_variables)
class Grads(list):
    def __iter__(self):
        told.append("iterated"); return super().__iter__()
    def __len__(self):
        told.append("len"); return super().__len__()
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(4, activation="tanh"), layers.Dense(1)])
loss = keras.losses.MeanSquaredError()
for optimizer in (Own(0.1), keras.optimizers.Adam(0.1)):
    for shape in (list, tuple, Grads, iter, lambda given: (one for one in given)):
        with tf.GradientTape() as tape:
            value = loss(y[:16, None], model(x[:16], training=True))
        weights = model.trainable_variables
        slopes = tape.gradient(value, weights)
        try:
            told.append(optimizer.apply(shape(slopes), weights))
        except TypeError as error:
            told.append(str(error))
        optimizer.apply(slopes, shape(weights))
        optimizer.apply_gradients(zip(slopes, shape(weights)))
        told.append([float(tf.reduce_sum(one)) for one in weights])
class Steps(keras.Model):
    def __init__(self):
        super().__init__(); self.dense = layers.Dense(1)
    def call(self, inputs): return self.dense(inputs)
    def train_step(self, pair):
        with tf.GradientTape() as tape:
            value = tf.reduce_mean((self(pair[0]) - tf.cast(pair[1][:, None], "float32")) ** 2)
        weights = self.trainable_variables
        self.optimizer.apply(tape.gradient(value, weights), (one for one in weights))
        return {"loss": value}
steps = Steps(); steps.compile(Own(0.1)); history = steps.fit(x, y, batch_size=16, verbose=0)
steps.compile(Own(0.1), run_eagerly=True); steps.fit(x, y, batch_size=16, verbose=0)
#%% after
outcome = told
