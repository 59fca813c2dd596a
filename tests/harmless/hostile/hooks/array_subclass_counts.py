# must: a class of the user's own under NumPy's arrays is indexed and viewed as often as without the magic
# magic: -q -o diagnosis --no-trials
#%% setup
told = []
class Watched(np.ndarray):
    def __array_finalize__(self, other): told.append("finalize")
    def __getitem__(self, key):
        told.append("item"); return super().__getitem__(key)
    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        told.append(ufunc.__name__)
        return getattr(ufunc, method)(*(np.asarray(one) for one in inputs), **kwargs)
    def __array_function__(self, function, types, args, kwargs):
        told.append(function.__name__); return super().__array_function__(function, types, args, kwargs)
    def __len__(self):
        told.append("len"); return super().__len__()
xw, yw = x.view(Watched), y.view(Watched)
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(xw, yw, batch_size=16, epochs=2, verbose=0, validation_data=(xw, yw))
guess = model.predict(xw, verbose=0)
for n in range(2):
    with tf.GradientTape() as tape:
        value = keras.losses.MeanSquaredError()(yw[:8, None], model(xw[:8]))
    model.optimizer.apply(tape.gradient(value, model.trainable_variables), model.trainable_variables)
counted = list(told)
#%% after
outcome = [counted, len(told)]
