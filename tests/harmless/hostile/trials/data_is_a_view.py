# must: a trial of a fix does not do again what building the model did to the user's things: labels that a fix corrects are the user's own array, unchanged
# magic: -q -o diagnosis --budget 15
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(3, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
z = y + 1
x *= 300
model.fit(x, z, epochs=3, verbose=0)
#%% after
outcome = [float(x.sum()), int(z.sum()), x.flags.writeable]
