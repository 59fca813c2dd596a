# must: the context of decimal and the locale stay
# magic: -q -o diagnosis --no-trials
#%% setup
import decimal, locale
#%% cell
decimal.getcontext().prec = 5
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
told = str(decimal.Decimal(1) / 3)
#%% after
outcome = [told, decimal.getcontext().prec, locale.setlocale(locale.LC_ALL)]
decimal.getcontext().prec = 28
