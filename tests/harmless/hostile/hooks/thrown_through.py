# must: errors thrown through calls, losses, tapes and updates, and a loop in a generator that is closed early
# magic: -q -o diagnosis --no-trials
#%% setup
import traceback
told = []
#%% cell
class Fails(layers.Layer):
    at = -1
    def build(self, shape): pass
    def compute_output_shape(self, shape): return shape
    def call(self, inputs):
        Fails.at += 1
        if Fails.at in (1, 4):
            raise ValueError(f"call {Fails.at}")
        return inputs
class Loss(keras.losses.Loss):
    at = 0
    def call(self, y_true, y_pred):
        Loss.at += 1
        if Loss.at == 2:
            raise KeyError("loss")
        return (y_true - y_pred) ** 2
class Update(keras.optimizers.SGD):
    at = 0
    def update_step(self, gradient, variable, learning_rate):
        Update.at += 1
        if Update.at == 3:
            raise OSError("update")
        super().update_step(gradient, variable, learning_rate)
inner = layers.Dense(1); inner.build((None, 8))
model = keras.Sequential([keras.Input((8,)), layers.Dense(8), Fails(), inner])
Fails.at = 0
optimizer, loss = Update(0.01), Loss()
def loop():
    for n in range(12):
        try:
            with tf.GradientTape() as tape:
                value = loss(tf.constant(y[:16, None].astype("float32")), model(tf.constant(x[:16]), training=True))
            optimizer.apply(tape.gradient(value, model.trainable_variables), model.trainable_variables)
        except Exception as error:
            told.append([type(error).__name__, str(error)[:200], [one.name for one in traceback.extract_tb(error.__traceback__)], repr(error.__context__)])
        else:
            told.append(float(value))
        try:
            yield n
        except GeneratorExit:
            told.append("closed"); raise
        except RuntimeError as error:
            told.append(str(error))
begun = loop()
next(begun); next(begun); begun.throw(RuntimeError("thrown"))
for n in begun:
    if n == 8: break
begun.close()
#%% after
outcome = told
