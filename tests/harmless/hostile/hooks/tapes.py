# must: persistent, nested, stopped and subclassed tapes, and a Jacobian, give what they give without the magic
# magic: -q -o diagnosis --no-trials
#%% setup
told = []
class Own(tf.GradientTape):
    def watched_variables(self):
        told.append("watched"); return super().watched_variables()
    def gradient(self, *args, **kwargs):
        told.append("gradient"); return super().gradient(*args, **kwargs)
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(4, activation="tanh"), layers.Dense(1)])
optimizer, loss = keras.optimizers.Adam(0.01), keras.losses.MeanSquaredError()
a, b = tf.constant(x[:16]), tf.constant(y[:16, None].astype("float32"))
for n in range(3):
    with tf.GradientTape(persistent=True) as outer:
        with Own() as tape:
            value = loss(b, model(a, training=True))
        slopes = tape.gradient(value, model.trainable_variables)
        penalty = tf.add_n([tf.reduce_sum(one ** 2) for one in slopes])
    second = outer.gradient(penalty, model.trainable_variables[:1])
    again = outer.gradient(value, model.trainable_variables)
    told.append([float(tf.reduce_sum(one)) for one in (*second, *again)])
    optimizer.apply(slopes, model.trainable_variables)
with tf.GradientTape() as tape:
    made = model(a)
    with tape.stop_recording():
        told.append(float(tf.reduce_sum(model(a))))
told.append(float(tf.reduce_sum(tape.jacobian(made, model.trainable_variables[0]))))
with tf.GradientTape() as tape:
    value = loss(b, model(a)); tape.reset(); value = loss(b, model(a))
    inside = tape.gradient(value, model.trainable_variables[-1])
told.append(float(inside[0]))
try:
    tape.gradient(value, model.trainable_variables)
except RuntimeError as error:
    told.append(str(error))
with tf.GradientTape() as tape:
    value = {"a": loss(b, model(a)), "b": [tf.reduce_sum(model(a))]}
found = tape.gradient(value, {"w": model.trainable_variables[0].value, "n": None if False else model.trainable_variables[1].value})
told.append({name: float(tf.reduce_sum(one)) for name, one in found.items()})
with tf.autodiff.ForwardAccumulator(a, tf.ones_like(a)) as forward:
    value = loss(b, model(a))
told.append(float(forward.jvp(value)))
#%% after
outcome = told
