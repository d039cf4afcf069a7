// The door on a phone: the camera where the browser can read codes itself, and a queue on this device for codes that
// are typed or scanned while the network is away. Without JavaScript the form posts as any other.
(() => {
  "use strict";
  const PATIENCE = 10000; // ms to wait for an answer
  const PAUSE = 15000; // ms between attempts while the network is away
  const LOOKS = 250; // ms between looks of the camera
  const REST = 3000; // ms in which the same badge is not read again

  const form = document.getElementById("check-in");
  if (!form) return;
  const field = form.elements.code;
  const result = document.getElementById("result");
  const waiting = document.getElementById("waiting");
  const key = `check-in-${form.dataset.event}`;
  let sending = false;

  const stored = () => {
    try {
      return JSON.parse(localStorage.getItem(key)) || [];
    } catch {
      return [];
    }
  };

  function keep(queue) {
    localStorage.setItem(key, JSON.stringify(queue));
    waiting.hidden = queue.length === 0;
    waiting.textContent = waiting.dataset.text + queue.map((one) => one.code).join(" ");
  }

  function show(text, kind) {
    result.hidden = false;
    result.className = `note ${kind}`;
    result.textContent = text;
  }

  // A code stays in the queue until the server has answered; a second answer for it says the same as the first.
  async function send(one) {
    const waited = Math.max(0, Math.round((Date.now() - one.since) / 1000));
    const answer = await fetch(form.action, {
      method: "POST",
      headers: { Accept: "application/json" },
      body: new URLSearchParams({ csrf_token: form.elements.csrf_token.value, code: one.code, waited }),
      redirect: "manual",
      signal: AbortSignal.timeout(PATIENCE),
    });
    if (answer.status >= 500) throw new Error("the server is not well");
    const ours = (answer.headers.get("Content-Type") || "").startsWith("application/json");
    if (!ours) return null; // the login has run out
    return answer.json();
  }

  async function flush() {
    if (sending) return;
    sending = true;
    try {
      for (let queue = stored(); queue.length; queue = stored()) {
        const said = await send(queue[0]);
        if (said === null) {
          show(form.dataset.expired, "danger");
          return;
        }
        keep(stored().slice(1));
        tell(said);
      }
    } catch {
      show(form.dataset.offline, "warning");
    } finally {
      sending = false;
    }
  }

  function tell(said) {
    show(said.message, said.ok ? (said.again ? "info" : "success") : "danger");
    if (!said.ok) return;
    for (const place of document.querySelectorAll("[data-count]")) {
      if (place.dataset.count in said.arrived) place.textContent = said.arrived[place.dataset.count];
    }
    if (said.again) return;
    const line = document.getElementById("latest-line").content.cloneNode(true);
    line.querySelector("time").textContent = said.line.time;
    line.querySelector(".who").textContent = said.line.name;
    line.querySelector("[name=code]").value = said.line.code;
    const undo = line.querySelector("button");
    undo.setAttribute("aria-label", `${undo.textContent} ${said.line.name}`);
    document.getElementById("nobody")?.remove();
    document.getElementById("latest").prepend(line);
  }

  function enter(text) {
    keep([...stored(), { code: text, since: Date.now() }]);
    flush();
  }

  // A name is looked up by the server, which answers with a page; only codes can wait.
  const isCode = (text) => /^[2-9A-Z]{8}$/.test(text.split("/").pop().replace(/[\s-]/g, "").toUpperCase());

  form.addEventListener("submit", (event) => {
    const text = field.value.trim();
    if (!isCode(text)) return;
    event.preventDefault();
    field.value = "";
    field.focus();
    enter(text);
  });
  window.addEventListener("online", flush);
  setInterval(() => stored().length && flush(), PAUSE);
  keep(stored());
  if (stored().length) flush();

  // --- the camera
  const camera = document.getElementById("camera");
  const view = document.getElementById("camera-view");
  const button = document.getElementById("camera-start");
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices) return;

  let detector;
  let stream;
  let last = { text: "", at: 0 };

  BarcodeDetector.getSupportedFormats().then((formats) => {
    if (!formats.includes("qr_code")) return;
    detector = new BarcodeDetector({ formats: ["qr_code"] });
    camera.hidden = false;
    document.getElementById("no-camera").hidden = true;
  });

  async function look() {
    if (!stream) return;
    const codes = await detector.detect(view).catch(() => []);
    for (const { rawValue } of codes) {
      if (rawValue === last.text && Date.now() - last.at < REST) continue;
      last = { text: rawValue, at: Date.now() };
      if (navigator.vibrate) navigator.vibrate(60);
      enter(rawValue);
    }
    setTimeout(look, LOOKS);
  }

  const label = button.textContent;
  button.addEventListener("click", async () => {
    if (stream) {
      for (const track of stream.getTracks()) track.stop();
      stream = undefined;
    } else {
      try {
        stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
        view.srcObject = stream;
        await view.play();
        look();
      } catch (error) {
        show(String(error.message), "danger");
      }
    }
    view.hidden = !stream;
    button.textContent = stream ? button.dataset.stop : label;
  });
})();
