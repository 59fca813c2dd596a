/* A browser starts no worker for a page that was opened as a file. There the script of the search
 * runs in a hidden frame, which is spoken to like a worker. */
if (location.protocol === "file:") {
  window.IFrameWorker = class extends EventTarget {
    constructor(url) {
      super();
      this.waiting = [];
      const frame = document.createElement("iframe");
      frame.hidden = true;
      frame.addEventListener("load", () => this.load(frame.contentWindow, url), { once: true });
      document.body.append(frame);
    }

    load(inner, url) {
      inner.postMessage = data => this.dispatchEvent(new MessageEvent("message", { data }));
      const script = inner.document.createElement("script");
      script.addEventListener("load", () => this.begin(inner));
      script.src = url;
      inner.document.head.append(script);
    }

    begin(inner) {
      this.inner = inner;
      this.waiting.forEach(data => this.postMessage(data));
    }

    postMessage(data) {
      if (this.inner) {
        this.inner.dispatchEvent(new this.inner.MessageEvent("message", { data }));
      } else {
        this.waiting.push(data);
      }
    }
  };
  window.Worker = window.IFrameWorker;
}
