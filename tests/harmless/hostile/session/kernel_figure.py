# must: a title with a semicolon and a figure of matplotlib
# magic: --no-trials
# mode: kernel
#%% setup
%matplotlib inline
import matplotlib.pyplot as plt
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])

model.fit(x, y, verbose=0)
plt.plot([1, 2])
plt.title("mine");
