# must: what a layer's call does happens as often as without the magic: a scalar for TensorBoard
# skip: files
# magic: -q -o diagnosis --no-trials
#%% setup
writer = tf.summary.create_file_writer('logs')
writer.set_as_default()
#%% cell
class Own(layers.Layer):
    def call(self, inputs):
        tf.summary.scalar("m", tf.reduce_mean(inputs), step=0)
        return inputs * 1.0
model = keras.Sequential([keras.Input((8,)), Own(), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
#%% after
writer.close()
import glob, os
outcome = sum(os.path.getsize(f) for f in glob.glob('logs/*'))
