# must: what Keras's callbacks log, back up and save is the same
# magic: -q -o diagnosis --no-trials
#%% setup
import glob, os
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(4, activation="relu"), layers.Dropout(0.2), layers.Dense(1, activation="sigmoid")])
model.compile(keras.optimizers.Adam(0.01), "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, batch_size=16, epochs=2, verbose=0, validation_data=(x, y), callbacks=[keras.callbacks.CSVLogger("log.csv"), keras.callbacks.BackupAndRestore("backup"), keras.callbacks.ModelCheckpoint("best.keras", save_best_only=True)])
#%% after
outcome = [open("log.csv").read(), sorted(os.path.relpath(one) for one in glob.glob("backup*/**", recursive=True)), os.path.getsize("best.keras") > 0, float(keras.models.load_model("best.keras").predict(x, verbose=0).sum())]
