# must: a trial of a fix does not do again what building the model did to the user's things: in-place operators on arrays and lists
# magic: -q -o diagnosis --budget 15
#%% setup
global_list, counts = [], np.zeros(2)
#%% cell
def build():
    global_list.__iadd__([1]); np.add(counts, 1, out=counts)
    model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model
model = build()
history = model.fit(x, y, epochs=3, batch_size=16, verbose=0)
#%% after
outcome = [global_list, counts.tolist()]
