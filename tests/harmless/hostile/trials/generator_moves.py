# must: a trial of a fix does not do again what building the model did to the user's things: the state of a generator of NumPy
# magic: -q -o diagnosis --budget 15
#%% setup
draws = np.random.default_rng(5)
#%% cell
start = draws.normal(size=(8, 8)).astype("float32")
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, kernel_initializer=lambda shape, dtype=None: draws.normal(size=shape).astype("float32")), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy")
history = model.fit(x, y, epochs=2, verbose=0)
#%% after
outcome = draws.random()
