# must: what a schedule of the rate does happens as often as without the magic
# fast: yes
# magic: -q -o diagnosis --no-trials
#%% cell
class Rate(keras.optimizers.schedules.LearningRateSchedule):
    def __call__(self, step):
        open("log.txt", "a").write("x")
        return 0.001
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
model.compile(keras.optimizers.Adam(Rate()), "binary_crossentropy")
history = model.fit(x, y[:, None], epochs=2, verbose=0)
