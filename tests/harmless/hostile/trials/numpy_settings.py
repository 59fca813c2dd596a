# must: a trial of a fix does not do again what building the model did to the user's things: settings of NumPy that the cell puts back after training
# magic: -q -o diagnosis --budget 15
#%% cell
def build():
    np.seterr(all="ignore")
    np.set_printoptions(precision=2)
    model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model
model = build()
history = model.fit(x, y, epochs=3, batch_size=16, verbose=0)
np.seterr(all="warn")
np.set_printoptions(precision=8)
#%% after
outcome = [np.geterr(), np.get_printoptions()['precision']]
