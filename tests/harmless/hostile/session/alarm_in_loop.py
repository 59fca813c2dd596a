# must: a TimeoutError of the user's alarm ends a loop of its own
# magic: -q -o diagnosis --no-trials
# skip: state printed error
# check: m.get('error') and m['error'][0] == 'TimeoutError'
# limit: 30
#%% setup
import signal
#%% cell
def ring(*_):
    raise TimeoutError("too long")
signal.signal(signal.SIGALRM, ring)
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
optimizer, loss = keras.optimizers.Adam(), keras.losses.BinaryCrossentropy()
signal.setitimer(signal.ITIMER_REAL, 0.6)
while True:
    with tf.GradientTape() as tape:
        value = loss(y[:16, None], model(x[:16], training=True))
    optimizer.apply(tape.gradient(value, model.trainable_variables), model.trainable_variables)
#%% after
import signal; signal.setitimer(signal.ITIMER_REAL, 0); outcome = 'ended'
