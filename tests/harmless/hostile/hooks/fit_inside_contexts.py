# must: training inside of a tape, of scopes and of TensorFlow's other contexts is what it is without the magic
# magic: -q -o diagnosis --no-trials
#%% setup
told = []
def made():
    model = keras.Sequential([keras.Input((8,)), layers.Dense(4, activation="relu"), layers.BatchNormalization(), layers.Dropout(0.2), layers.Dense(1, activation="sigmoid")])
    model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy", metrics=["accuracy"])
    return model
#%% cell
first = made()
with tf.GradientTape(persistent=True) as tape:
    history = first.fit(x, y, batch_size=16, verbose=0)
    value = tf.reduce_mean(first(x[:8]))
told.append(sorted(one.name + str(one.shape) for one in tape.watched_variables()))
told.append([None if one is None else float(tf.reduce_sum(one)) for one in tape.gradient(value, first.trainable_variables)])
second = made()
with tf.device("CPU:0"), tf.name_scope("mine"), keras.name_scope("yours"):
    told.append(second.fit(x, y, batch_size=16, verbose=0).history)
    told.append([second.name, tf.constant(1.0).device, [one.path for one in second.variables]])
third = made()
told.append(third.fit(x, y, batch_size=16, verbose=0).history)
with tf.Graph().as_default():
    try:
        told.append(made().fit(x, y, batch_size=16, verbose=0).history)
    except Exception as error:
        told.append([type(error).__name__, str(error)[:60]])
fourth = made()
with np.errstate(all="raise"):
    told.append(fourth.fit(x, y, batch_size=16, verbose=0).history)
class Nested(keras.Model):
    def __init__(self):
        super().__init__(); self.inner = made()
    def call(self, inputs): return self.inner(inputs)
    def train_step(self, data):
        with tf.GradientTape() as outer:
            with tf.GradientTape() as tape:
                value = tf.reduce_mean(self(data[0], training=True) ** 2)
            slopes = tape.gradient(value, [one.value for one in self.trainable_variables])
            size = tf.add_n([tf.reduce_sum(one ** 2) for one in slopes])
        self.optimizer.apply(outer.gradient(value + size, [one.value for one in self.trainable_variables]), self.trainable_variables)
        return {"loss": value}
fifth = Nested(); fifth.compile("sgd"); told.append(fifth.fit(x, y, batch_size=16, verbose=0).history)
#%% after
outcome = told
