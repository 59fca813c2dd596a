# must: what an initializer does happens as often as without the magic
# magic: -q -o diagnosis --no-trials
#%% cell
def start(shape, dtype=None):
    open("log.txt", "a").write("x")
    return keras.random.normal(shape, dtype=dtype)
model = keras.Sequential([layers.Dense(4, kernel_initializer=start), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy")
history = model.fit(x, y[:, None], epochs=2, verbose=0)
