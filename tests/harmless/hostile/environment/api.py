# must: nbdoctor.diagnose in a program leaves model, data and random state as they were
# only-magic: yes
# magic: -q --no-trials
# check: m['outcome'] == [True, False, True, True]
#%% setup
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
#%% cell
import nbdoctor
before = [w.numpy().copy() for w in model.weights], np.random.get_state()[2], tf.random.uniform([1]).numpy().tolist()
report = nbdoctor.diagnose(model, x, y)
same = all((a == w.numpy()).all() for a, w in zip(before[0], model.weights)) and np.random.get_state()[2] == before[1]
#%% after
outcome = [same, model.optimizer.built, model.train_function is None, len(report.findings) > 0]
