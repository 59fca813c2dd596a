# must: what a layer's call does happens as often as without the magic: a row in a database
# magic: -q -o diagnosis --no-trials
#%% setup
import sqlite3
base = sqlite3.connect(':memory:', check_same_thread=False)
base.execute('create table calls (n)')
#%% cell
class Own(layers.Layer):
    def call(self, inputs):
        base.execute("insert into calls values (1)")
        return inputs * 1.0
model = keras.Sequential([keras.Input((8,)), Own(), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
#%% after
outcome = base.execute('select count(*) from calls').fetchone()
