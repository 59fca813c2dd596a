# must: what a loop of the cell's own deletes is freed as without the magic: models, optimizers, functions, variables
# magic: -q -o diagnosis --no-trials
#%% setup
import gc, weakref
told = []
class Batch:
    pass
#%% cell
def begun():
    model = keras.Sequential([keras.Input((8,)), layers.Dense(4, activation="tanh"), layers.Dropout(0.1), layers.BatchNormalization(), layers.Dense(1)])
    return model, keras.optimizers.Adam(0.01), keras.losses.MeanSquaredError()
def step(model, optimizer, loss, batch):
    with tf.GradientTape() as tape:
        made = model(batch, training=True)
        value = loss(y[:16, None], made)
    slopes = tape.gradient(value, model.trainable_variables)
    optimizer.apply(slopes, model.trainable_variables)
    return [weakref.ref(one) for one in (value, slopes[0], tape)]
for round in range(2):
    model, optimizer, loss = begun()
    for n in range(2):
        batch = tf.constant(x[:16])
        gone = step(model, optimizer, loss, batch)
        del batch
        gc.collect()
        told.append([one() is None for one in gone])
    gone = [weakref.ref(one) for one in (model, optimizer, model.layers[0], model.trainable_variables[0].value)]
    del model, optimizer, loss
    gc.collect()
    told.append([one() is None for one in gone])
model, optimizer, loss = begun()
traced = tf.function(lambda batch: [tf.convert_to_tensor(0.0), step(model, optimizer, loss, batch)][0])
traced(tf.constant(x[:16])); traced(tf.constant(x[:16]))
gone = [weakref.ref(one) for one in (model, optimizer, traced, model.trainable_variables[0].value.handle)]
del model, optimizer, loss, traced
gc.collect()
told.append([one() is None for one in gone])
#%% after
outcome = told
