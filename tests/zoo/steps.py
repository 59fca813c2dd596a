"""Models with training steps and loops that somebody wrote by hand."""

from __future__ import annotations

from tests.zoo.model import CANCER, DIGITS, IRIS, KERAS, Model

CLASSES = "acc(model, x, y)"
NEIGHBOURS = """
from sklearn.neighbors import KNeighborsClassifier

near = np.asarray(encode(x))
told = KNeighborsClassifier(3).fit(near[:1200], y[:1200]).score(near[1200:], y[1200:])
"""

MODELS = [
    Model(
        name="generator and critic, compiled and frozen in turn",
        source=f"""{KERAS}
rng = np.random.default_rng(0)
real = rng.normal([1.0, -1.0], 0.3, (1024, 2)).astype("float32")
critic = keras.Sequential([
    layers.Input((2,)),
    layers.Dense(24),
    layers.LeakyReLU(0.2),
    layers.Dense(1, activation="sigmoid"),
])
critic.compile(keras.optimizers.Adam(0.003), "binary_crossentropy", metrics=["accuracy"])
generator = keras.Sequential([
    layers.Input((4,)), layers.Dense(24, activation="relu"), layers.Dense(2)
])
noise = layers.Input((4,))
critic.trainable = False
joint = keras.Model(noise, critic(generator(noise)))
joint.compile(keras.optimizers.Adam(0.003), "binary_crossentropy")
for step in range(400):
    rows = real[rng.integers(0, len(real), 64)]
    made = generator(rng.normal(size=(64, 4)).astype("float32")).numpy()
    critic.trainable = True
    critic.train_on_batch(np.concatenate([rows, made]), np.repeat([[1.0], [0.0]], 64, axis=0))
    critic.trainable = False
    joint.train_on_batch(rng.normal(size=(64, 4)).astype("float32"), np.ones((64, 1)))
made = generator(rng.normal(size=(500, 4)).astype("float32")).numpy()
""",
        score="-float(np_.abs(made.mean(0) - real.mean(0)).max())",
        bar=-0.6,
    ),
    Model(
        name="Wasserstein critic with a gradient penalty",
        source=f"""{KERAS}import tensorflow as tf

rng = np.random.default_rng(0)
x = rng.normal([2.0, -1.0], 0.4, (1280, 2)).astype("float32")

class Wasserstein(keras.Model):
    def __init__(self):
        super().__init__()
        self.critic = keras.Sequential([
            layers.Input((2,)), layers.Dense(32), layers.LeakyReLU(0.2), layers.Dense(1)
        ])
        self.generator = keras.Sequential([
            layers.Input((3,)), layers.Dense(32, activation="relu"), layers.Dense(2)
        ])
        self.critic_loss = keras.metrics.Mean(name="critic_loss")
        self.generator_loss = keras.metrics.Mean(name="generator_loss")

    def compile(self, critic_optimizer, generator_optimizer):
        super().compile()
        self.critic_optimizer = critic_optimizer
        self.generator_optimizer = generator_optimizer

    @property
    def metrics(self):
        return [self.critic_loss, self.generator_loss]

    def penalty(self, real, fake):
        share = tf.random.uniform((tf.shape(real)[0], 1))
        between = share * real + (1 - share) * fake
        with tf.GradientTape() as tape:
            tape.watch(between)
            said = self.critic(between, training=True)
        slope = tf.norm(tape.gradient(said, between) + 1e-8, axis=1)
        return tf.reduce_mean((slope - 1.0) ** 2)

    def train_step(self, real):
        count = tf.shape(real)[0]
        for _ in range(3):
            noise = tf.random.normal((count, 3))
            with tf.GradientTape() as tape:
                fake = self.generator(noise, training=True)
                loss = tf.reduce_mean(self.critic(fake, training=True))
                loss -= tf.reduce_mean(self.critic(real, training=True))
                loss += 10.0 * self.penalty(real, fake)
            weights = self.critic.trainable_variables
            self.critic_optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
        noise = tf.random.normal((count, 3))
        with tf.GradientTape() as tape:
            fooled = -tf.reduce_mean(self.critic(self.generator(noise, training=True), training=True))
        weights = self.generator.trainable_variables
        self.generator_optimizer.apply_gradients(zip(tape.gradient(fooled, weights), weights))
        self.critic_loss.update_state(loss)
        self.generator_loss.update_state(fooled)
        return {{one.name: one.result() for one in self.metrics}}

model = Wasserstein()
model.compile(
    keras.optimizers.Adam(0.002, beta_1=0.5), keras.optimizers.Adam(0.002, beta_1=0.5)
)
data = tf.data.Dataset.from_tensor_slices(x).shuffle(1280).batch(64)
model.fit(data, epochs=25, verbose=0)
made = model.generator(tf.random.normal((500, 3))).numpy()
""",
        score="-float(np_.abs(made.mean(0) - x.mean(0)).max())",
        bar=-0.7,
    ),
    Model(
        name="tape loop with a validation pass",
        source=f"""{DIGITS}import tensorflow as tf

train = tf.data.Dataset.from_tensor_slices((x[:1500], y[:1500])).shuffle(1500).batch(64)
held = tf.data.Dataset.from_tensor_slices((x[1500:], y[1500:])).batch(64)
model = keras.Sequential([
    layers.Input((64,)),
    layers.Dense(64, activation="relu"),
    layers.Dropout(0.2),
    layers.Dense(10),
])
loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
optimizer = keras.optimizers.Adam(0.003)
accuracy = keras.metrics.SparseCategoricalAccuracy()
val_accuracy = keras.metrics.SparseCategoricalAccuracy()

@tf.function
def train_step(rows, labels):
    with tf.GradientTape() as tape:
        logits = model(rows, training=True)
        loss = loss_fn(labels, logits)
    grads = tape.gradient(loss, model.trainable_weights)
    optimizer.apply_gradients(zip(grads, model.trainable_weights))
    accuracy.update_state(labels, logits)
    return loss

@tf.function
def test_step(rows, labels):
    val_accuracy.update_state(labels, model(rows, training=False))

for epoch in range(10):
    for rows, labels in train:
        loss = train_step(rows, labels)
    for rows, labels in held:
        test_step(rows, labels)
    reached = float(val_accuracy.result())
    accuracy.reset_state()
    val_accuracy.reset_state()
""",
        score="reached",
        bar=0.88,
    ),
    Model(
        name="loop over an encoder and a decoder",
        source=f"""{DIGITS}import tensorflow as tf

encoder = keras.Sequential([
    layers.Input((64,)), layers.Dense(48, activation="relu"), layers.Dense(12)
])
decoder = keras.Sequential([
    layers.Input((12,)), layers.Dense(48, activation="relu"), layers.Dense(64)
])
optimizer = keras.optimizers.Adam(0.005)
weights = encoder.trainable_variables + decoder.trainable_variables

@tf.function
def step(rows):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(decoder(encoder(rows)) - rows))
    optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
    return loss

data = tf.data.Dataset.from_tensor_slices(x).shuffle(1797).batch(32)
for epoch in range(20):
    for rows in data:
        loss = step(rows)
back = decoder(encoder(x)).numpy()
""",
        score="r2_of(back, x)",
        bar=0.5,
    ),
    Model(
        name="contrast of two views of a row",
        source=f"""{DIGITS}import tensorflow as tf

class Views(keras.Model):
    def __init__(self):
        super().__init__()
        self.encoder = keras.Sequential([
            layers.Input((64,)), layers.Dense(96, activation="relu"), layers.Dense(32)
        ])
        self.projection = keras.Sequential([
            layers.Input((32,)), layers.Dense(32, activation="relu"), layers.Dense(16)
        ])
        self.tracker = keras.metrics.Mean(name="contrast")

    def view(self, rows):
        kept = tf.cast(tf.random.uniform(tf.shape(rows)) > 0.2, rows.dtype)
        return rows * kept + tf.random.normal(tf.shape(rows), stddev=0.05)

    def train_step(self, rows):
        with tf.GradientTape() as tape:
            both = [
                tf.math.l2_normalize(self.projection(self.encoder(self.view(rows))), axis=1)
                for _ in range(2)
            ]
            alike = tf.matmul(both[0], both[1], transpose_b=True) / 0.2
            own = tf.range(tf.shape(rows)[0])
            there = keras.losses.sparse_categorical_crossentropy(own, alike, from_logits=True)
            back = keras.losses.sparse_categorical_crossentropy(
                own, tf.transpose(alike), from_logits=True
            )
            loss = tf.reduce_mean(there + back) / 2
        weights = self.trainable_variables
        self.optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
        self.tracker.update_state(loss)
        return {{"contrast": self.tracker.result()}}

model = Views()
model.compile(optimizer=keras.optimizers.Adam(0.003))
model.fit(x, epochs=15, batch_size=128, verbose=0)
encode = model.encoder
{NEIGHBOURS}""",
        score="told",
        bar=0.85,
    ),
    Model(
        name="triplets in a step of one's own",
        source=f"""{DIGITS}import tensorflow as tf

rng = np.random.default_rng(0)
by_class = [np.flatnonzero(y == digit) for digit in range(10)]
anchors = rng.integers(0, 1797, 2000)
alike = np.array([rng.choice(by_class[y[row]]) for row in anchors])
other = np.array([rng.choice(by_class[(y[row] + rng.integers(1, 10)) % 10]) for row in anchors])

class Triplets(keras.Model):
    def __init__(self, tower, margin=0.5):
        super().__init__()
        self.tower, self.margin = tower, margin
        self.tracker = keras.metrics.Mean(name="loss")

    def call(self, rows):
        return keras.ops.normalize(self.tower(rows), axis=-1)

    def loss_of(self, data):
        one, same, far = (self(part) for part in data)
        near = tf.reduce_sum(tf.square(one - same), -1)
        apart = tf.reduce_sum(tf.square(one - far), -1)
        return tf.reduce_mean(tf.maximum(near - apart + self.margin, 0.0))

    def train_step(self, data):
        with tf.GradientTape() as tape:
            loss = self.loss_of(data)
        self.optimizer.apply(tape.gradient(loss, self.trainable_variables), self.trainable_variables)
        self.tracker.update_state(loss)
        return {{"loss": self.tracker.result()}}

    @property
    def metrics(self):
        return [self.tracker]

tower = keras.Sequential([layers.Input((64,)), layers.Dense(64, activation="relu"), layers.Dense(16)])
model = Triplets(tower)
model.compile(optimizer=keras.optimizers.Adam(0.003))
data = tf.data.Dataset.from_tensor_slices((x[anchors], x[alike], x[other])).shuffle(2000).batch(64)
model.fit(data, epochs=8, verbose=0)
encode = model
{NEIGHBOURS}""",
        score="told",
        bar=0.88,
    ),
    Model(
        name="a student learns from a teacher",
        source=f"""{DIGITS}
teacher = keras.Sequential([
    layers.Input((64,)), layers.Dense(96, activation="relu"), layers.Dense(10)
])
from_logits = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
teacher.compile(keras.optimizers.Adam(0.003), from_logits, metrics=["accuracy"])
teacher.fit(x, y, epochs=10, verbose=0)

class Distilled(keras.Model):
    def __init__(self, student, teacher):
        super().__init__()
        self.student, self.teacher = student, teacher
        self.teacher.trainable = False
        self.soft = keras.losses.KLDivergence()

    def call(self, rows, training=False):
        return self.student(rows, training=training)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        hard = super().compute_loss(x, y, y_pred, sample_weight)
        taught = keras.ops.softmax(self.teacher(x, training=False) / 3.0)
        return 0.3 * hard + 0.7 * 9.0 * self.soft(taught, keras.ops.softmax(y_pred / 3.0))

student = keras.Sequential([layers.Input((64,)), layers.Dense(16, activation="relu"), layers.Dense(10)])
model = Distilled(student, teacher)
model.compile(keras.optimizers.Adam(0.005), from_logits, metrics=["accuracy"])
model.fit(x, y, epochs=12, verbose=0)
""",
        score=CLASSES,
        bar=0.9,
    ),
    Model(
        name="gradients added up over four batches",
        source=f"""{CANCER}import tensorflow as tf

model = keras.Sequential([
    layers.Input((30,)), layers.Dense(16, activation="relu"), layers.Dense(1, activation="sigmoid")
])
optimizer = keras.optimizers.Adam(0.01)
loss_fn = keras.losses.BinaryCrossentropy()
weights = model.trainable_variables
for epoch in range(12):
    order = np.random.default_rng(epoch).permutation(len(x))
    gathered = [tf.zeros_like(weight) for weight in weights]
    for number, start in enumerate(range(0, 512, 16), 1):
        rows = order[start : start + 16]
        with tf.GradientTape() as tape:
            loss = loss_fn(y[rows].reshape(-1, 1), model(x[rows], training=True))
        gathered = [old + new / 4 for old, new in zip(gathered, tape.gradient(loss, weights))]
        if number % 4 == 0:
            optimizer.apply_gradients(zip(gathered, weights))
            gathered = [tf.zeros_like(weight) for weight in weights]
""",
        score=CLASSES,
        bar=0.92,
    ),
    Model(
        name="diffusion of points",
        source=f"""{KERAS}
rng = np.random.default_rng(0)
angle = rng.uniform(0, 2 * np.pi, 4000)
x = np.stack([np.cos(angle), np.sin(angle)], 1).astype("float32")

class Diffusion(keras.Model):
    def __init__(self):
        super().__init__()
        self.net = keras.Sequential([
            layers.Input((3,)),
            layers.Dense(64, activation="swish"),
            layers.Dense(64, activation="swish"),
            layers.Dense(2),
        ])

    def call(self, rows, training=None):
        share = keras.random.uniform((keras.ops.shape(rows)[0], 1), 0.02, 1.0)
        noise = keras.random.normal(keras.ops.shape(rows))
        mixed = keras.ops.sqrt(1 - share) * rows + keras.ops.sqrt(share) * noise
        guess = self.net(keras.ops.concatenate([mixed, share], axis=1))
        self.add_loss(keras.ops.mean(keras.ops.square(guess - noise)))
        return guess

model = Diffusion()
model.compile(keras.optimizers.Adam(0.003))
model.fit(x, epochs=12, batch_size=64, verbose=0)
noise = rng.normal(size=x.shape).astype("float32")
mixed = np.sqrt(0.7) * x + np.sqrt(0.3) * noise
guess = model.net(np.concatenate([mixed, np.full((len(x), 1), 0.3, "float32")], 1)).numpy()
""",
        score="r2_of(guess, noise)",
        bar=0.35,
    ),
    Model(
        name="train_on_batch in a loop",
        source=f"""{DIGITS}
model = keras.Sequential([
    layers.Input((64,)), layers.Dense(64, activation="relu"), layers.Dense(10, activation="softmax")
])
model.compile(keras.optimizers.Adam(0.003), "sparse_categorical_crossentropy", metrics=["accuracy"])
rng = np.random.default_rng(0)
for epoch in range(15):
    order = rng.permutation(1500)
    for start in range(0, 1500, 50):
        rows = order[start : start + 50]
        logs = model.train_on_batch(x[rows], y[rows], return_dict=True)
    held = model.test_on_batch(x[1500:], y[1500:], return_dict=True)
""",
        score="float(held['accuracy'])",
        bar=0.85,
    ),
    Model(
        name="policy gradient",
        source=f"""{KERAS}import tensorflow as tf

rng = np.random.default_rng(0)
policy = keras.Sequential([layers.Input((3,)), layers.Dense(16, activation="tanh"), layers.Dense(3)])
optimizer = keras.optimizers.Adam(0.02)
baseline, rewards = 0.0, []
for episode in range(150):
    states = rng.normal(size=(32, 3)).astype("float32")
    with tf.GradientTape() as tape:
        logits = policy(states)
        actions = tf.random.categorical(logits, 1)[:, 0]
        chosen = tf.reduce_sum(tf.one_hot(actions, 3) * tf.nn.log_softmax(logits), axis=1)
        reward = (actions.numpy() == states.argmax(1)).astype("float32")
        loss = -tf.reduce_mean(chosen * (reward - baseline))
    grads = tape.gradient(loss, policy.trainable_variables)
    optimizer.apply_gradients(zip(grads, policy.trainable_variables))
    baseline = 0.9 * baseline + 0.1 * float(reward.mean())
    rewards.append(float(reward.mean()))
""",
        score="float(np_.mean(rewards[-20:]))",
        bar=0.75,
    ),
    Model(
        name="Q learning with a target network",
        source=f"""{KERAS}import tensorflow as tf

rng = np.random.default_rng(0)

def network():
    return keras.Sequential([layers.Input((8,)), layers.Dense(24, activation="relu"), layers.Dense(2)])

online, target = network(), network()
target.set_weights(online.get_weights())
optimizer = keras.optimizers.Adam(0.01)
places = np.eye(8, dtype="float32")
memory, finished = [], []
place = 3
for step in range(600):
    explore = rng.random() < max(0.1, 1 - step / 300)
    values = online(places[place][None]).numpy()[0]
    action = int(rng.integers(2)) if explore else int(values.argmax())
    after = min(max(place + (1 if action else -1), 0), 7)
    done = after in (0, 7)
    memory.append((place, action, float(after == 7), after, float(done)))
    place = int(rng.integers(1, 7)) if done else after
    if len(memory) < 32:
        continue
    rows = [memory[at] for at in rng.integers(0, len(memory), 32)]
    was, acts, rewards, then, over = (np.array(column) for column in zip(*rows))
    best = target(places[then]).numpy().max(axis=1)
    wanted = (rewards + 0.9 * best * (1 - over)).astype("float32")
    with tf.GradientTape() as tape:
        chosen = tf.reduce_sum(online(places[was]) * tf.one_hot(acts, 2), axis=1)
        loss = tf.reduce_mean(tf.square(wanted - chosen))
    grads = tape.gradient(loss, online.trainable_variables)
    optimizer.apply_gradients(zip(grads, online.trainable_variables))
    if step % 50 == 0:
        target.set_weights(online.get_weights())
right = online(places[1:7]).numpy().argmax(1)
""",
        score="float(np_.mean(right == 1))",
        bar=0.8,
    ),
    Model(
        name="a differential equation as the loss",
        source=f"""{KERAS}import tensorflow as tf

model = keras.Sequential([
    layers.Input((1,)),
    layers.Dense(32, activation="tanh"),
    layers.Dense(32, activation="tanh"),
    layers.Dense(1),
])
optimizer = keras.optimizers.Adam(0.01)
times = np.linspace(0, 2, 64, dtype="float32")[:, None]

@tf.function
def step(times):
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            inner.watch(times)
            found = model(times)
        slope = inner.gradient(found, times)
        start = model(tf.zeros((1, 1)))
        loss = tf.reduce_mean((slope + 2 * found) ** 2) + tf.reduce_mean((start - 1.0) ** 2)
    grads = outer.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(grads, model.trainable_variables))
    return loss

for epoch in range(300):
    loss = step(tf.constant(times))
found = model(times).numpy()
""",
        score="r2_of(found, np_.exp(-2 * times))",
        bar=0.95,
    ),
    Model(
        name="an adversarial step beside the plain one",
        source=f"""{IRIS}import tensorflow as tf

class Hardened(keras.Model):
    def __init__(self):
        super().__init__()
        self.net = keras.Sequential([
            layers.Input((4,)), layers.Dense(24, activation="relu"), layers.Dense(3)
        ])

    def call(self, rows, training=False):
        return self.net(rows, training=training)

    def train_step(self, data):
        rows, labels = data
        with tf.GradientTape() as tape:
            tape.watch(rows)
            loss = self.compute_loss(y=labels, y_pred=self(rows, training=True))
        moved = rows + 0.05 * tf.sign(tape.gradient(loss, rows))
        with tf.GradientTape() as tape:
            guess = self(rows, training=True)
            loss = self.compute_loss(y=labels, y_pred=guess)
            loss += self.compute_loss(y=labels, y_pred=self(moved, training=True))
        weights = self.trainable_variables
        self.optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights))
        for metric in self.metrics:
            metric.update_state(loss) if metric.name == "loss" else metric.update_state(labels, guess)
        return {{metric.name: metric.result() for metric in self.metrics}}

model = Hardened()
loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
model.compile(keras.optimizers.Adam(0.02), loss, metrics=["accuracy"])
model.fit(x, y, epochs=25, batch_size=16, verbose=0)
""",
        score=CLASSES,
        bar=0.93,
    ),
]
