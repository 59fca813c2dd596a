# must: a trial of a fix does not do again what building the model did to the user's things: a line that TensorFlow prints into a file
# magic: -q -o diagnosis --budget 15
#%% cell
def build():
    tf.print("built", output_stream="file://log.txt")
    model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model
model = build()
history = model.fit(x, y, epochs=3, batch_size=16, verbose=0)
#%% after
outcome = open('log.txt').read().count('built')
