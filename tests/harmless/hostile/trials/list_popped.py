# must: a trial of a fix does not do again what building the model did to the user's things: sizes taken from a list
# magic: -q -o diagnosis --budget 15
#%% setup
sizes = [8] * 9
#%% cell
model = keras.Sequential([keras.Input((8,))])
for _ in range(2):
    model.add(layers.Dense(sizes.pop(), activation="relu"))
model.add(layers.Dense(1, activation="softmax"))
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=3, batch_size=16, verbose=0)
#%% after
outcome = len(sizes)
