# must: a trial of a fix does not do again what building the model did to the user's things: Keras's epsilon and image format, put back by the cell
# magic: -q -o diagnosis --budget 15
#%% setup
kept = keras.config.epsilon(), keras.config.image_data_format()
#%% cell
def build():
    keras.config.set_epsilon(1e-4); keras.config.set_image_data_format("channels_first")
    model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model
model = build()
history = model.fit(x, y, epochs=3, batch_size=16, verbose=0)
#%% after
outcome = [keras.config.epsilon(), keras.config.image_data_format()]
keras.config.set_epsilon(kept[0]); keras.config.set_image_data_format(kept[1])
