# must: messages of errors with markup, ANSI, marks of direction and 100,000 characters are words on every page
# only-magic: yes
# check: m['outcome'] == [[], []]
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy")
class Bad(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        raise ValueError('</title></style></svg><script>alert(1)</script><img src=x onerror=alert(1)>"\\\'`' + "\x1b[31m\u202e\x00" + "x" * 100_000)
history = model.fit(x, y, epochs=3, verbose=0, callbacks=[Bad()])
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
