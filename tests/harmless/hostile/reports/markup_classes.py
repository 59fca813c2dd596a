# must: names of classes, functions and metrics with markup in them are words on every page
# only-magic: yes
# check: m['outcome'] == [[], []]
#%% cell
BAD = '</title></style></svg><script>alert(1)</script><img src=x onerror=alert(1)>"\\\'`'.replace("/", "")
Own = type(BAD, (layers.Layer,), {"call": lambda self, inputs: inputs * 0.0})
def loss(labels, predicted): return keras.losses.binary_crossentropy(labels, predicted)
loss.__name__ = loss.__qualname__ = BAD
class Rate(keras.optimizers.schedules.LearningRateSchedule):
    def __call__(self, step): return 100.0
Rate.__name__ = BAD
model = keras.Sequential([keras.Input((8,)), Own(), layers.Dense(1, activation="softmax")])
model.compile(keras.optimizers.SGD(Rate()), loss, metrics=[keras.metrics.MeanSquaredError(name=BAD)])
history = model.fit(x, y[:, None], epochs=3, verbose=0)
#%% after
from html.parser import HTMLParser
import json, re
from nbdoctor.view.wire import bundle
from nbdoctor.view.gauges import charts
class Finds(HTMLParser):
    found = []
    def handle_starttag(self, tag, attributes):
        if tag in ("script", "iframe", "object", "embed", "link", "form", "base", "meta") and not (tag == "meta" and attributes and attributes[0][0] in ("charset", "name")):
            self.found.append(tag)
        for name, value in attributes:
            if name.startswith("on") or "javascript:" in str(value):
                self.found.append(name)
    handle_startendtag = handle_starttag
import base64
for report in (diagnosis if isinstance(diagnosis, tuple) else (diagnosis,)):
    drawn, faults = charts(report)
    sent = bundle(report, drawn, None)
    for text in (report.to_html(), sent["text/html"], *[chart.svg for chart in drawn.values()]):
        Finds().feed(text)
        for image in re.findall(r"base64,([A-Za-z0-9+/=]+)", text):
            Finds().feed(base64.b64decode(image).decode())
    markdown = report.to_markdown()
    if re.search(r"(?<!`)<script>alert", re.sub(r"`[^`\n]*`|```.*?```", "", markdown, flags=re.S)):
        Finds.found.append("markdown")
outcome = [Finds.found, [str(f) for f in faults]]
