# must: the layers, weights and optimizer of a model that the cell deletes are freed with it
# magic: -q -o diagnosis --no-trials
#%% setup
import gc, weakref
told = []
#%% cell
for rate in (0.1, 0.01):
    model = keras.Sequential([keras.Input((8,)), layers.Dense(4, activation="tanh"), layers.BatchNormalization(), layers.Dense(1)])
    model.compile(keras.optimizers.Adam(rate), keras.losses.MeanSquaredError(), metrics=[keras.metrics.MeanAbsoluteError()])
    model.fit(x, y, batch_size=16, verbose=0)
    parts = (model, model.optimizer, *model.layers, *model.weights, *model.optimizer.variables, model.layers[0].kernel.value)
    gone = [weakref.ref(one) for one in parts]
    del model, parts
    gc.collect()
    told.append([one() is None for one in gone])
#%% after
outcome = told
