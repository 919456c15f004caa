// The camera with an outline over it, and thumbnails of what is still on the phone. Each place also has a plain form.
import { openOutbox } from "./upload.js";

const box = document.getElementById("camera"), words = box.dataset, net = document.getElementById("net");
const video = box.querySelector("video"), outline = document.getElementById("outline");
const word = document.getElementById("camera-word"), shutter = document.getElementById("shutter");
const picker = document.getElementById("picker");
const cells = new Map(Array.from(document.querySelectorAll("[data-slot].shot"), cell => [cell.dataset.slot, cell]));
let stream = null, slot = "", isOpening = false;

const outbox = start();
function start() {
  const csrf = document.querySelector("[name=csrfmiddlewaretoken]").value;
  return openOutbox({ address: words.upload, csrf, onchange: show });
}

function show(item) {
  const cell = cells.get(item.slot);
  if (!cell) return;
  const state = cell.querySelector(".state");
  let image = cell.querySelector("img");
  if (!image) {
    image = document.createElement("img");
    image.alt = cell.dataset.name;
    cell.replaceChild(image, cell.querySelector("svg"));
  }
  if (image.dataset.key !== item.key) { image.src = URL.createObjectURL(item.file); image.dataset.key = item.key; }
  state.className = "state small " + (item.state === "refused" ? "bad-mark" : item.state === "done" ? "done-mark" : "soft");
  if (item.state === "done") {
    cell.dataset.done = "1";
    state.textContent = item.hints.length ? "✓ " + words.got + "。" + item.hints.join("，") : "✓ " + words.got;
  } else if (item.state === "refused") {
    delete cell.dataset.done;
    state.textContent = "▲ " + item.text;
  } else {
    const share = item.size ? Math.round(100 * item.sent / item.size) : 0;
    state.textContent = item.state === "sending" ? words.going + " " + share + "%" : words.waiting;
  }
  note(item);
}

async function note(item) {
  const open = (await outbox).items().filter(one => one.state === "waiting" || one.state === "sending");
  const isOff = !navigator.onLine || open.some(one => one.state === "waiting" && one !== item && open.length === 1);
  net.hidden = !open.length;
  net.textContent = isOff || item.state === "waiting" && !navigator.onLine ? net.dataset.offline : net.dataset.sending;
  if (!open.length && item.state === "done" && !stream && !item.hints.length) location.reload();
}

function next() {
  return Array.from(cells.values()).find(cell => cell.dataset.needed && !cell.dataset.done);
}

async function open(name) {
  slot = name;
  const cell = cells.get(name);
  word.textContent = cell.dataset.hint;
  document.querySelector("h1").textContent = cell.dataset.heading;
  const drawing = document.getElementById("outline-" + name) || document.getElementById("outline-extra");
  outline.textContent = "";
  outline.appendChild(drawing.content.cloneNode(true));
  box.hidden = false;
  document.body.classList.add("shooting");
  box.scrollIntoView({ block: "start" });
  if (stream || isOpening) return;
  isOpening = true;
  try {
    const wanted = { facingMode: { ideal: "environment" }, width: { ideal: 2560 }, height: { ideal: 1920 } };
    stream = await navigator.mediaDevices.getUserMedia({ video: wanted, audio: false });
    video.srcObject = stream;
    await video.play(); // needed in web views on iOS
    shutter.hidden = false;
    shutter.focus();
  } catch (error) {
    shutter.hidden = true;
    word.textContent = words.blocked;
  }
  isOpening = false;
}

function close() {
  if (stream) stream.getTracks().forEach(track => track.stop());
  stream = null;
  box.hidden = true;
  document.body.classList.remove("shooting");
}

async function keep(file) {
  const taken = slot;
  cells.get(taken).dataset.done = "1";
  const following = next();
  if (following) open(following.dataset.slot);
  else close();
  await (await outbox).add(taken, file);
}

shutter.addEventListener("click", () => {
  if (!video.videoWidth || shutter.disabled) return;
  shutter.disabled = true;
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext("2d").drawImage(video, 0, 0);
  canvas.toBlob(blob => { shutter.disabled = false; keep(new File([blob], slot + ".jpg", { type: "image/jpeg", lastModified: Date.now() })); }, "image/jpeg", 0.9);
});
picker.addEventListener("change", () => { if (picker.files.length) { const file = picker.files[0]; picker.value = ""; keep(file); } });
document.getElementById("camera-close").addEventListener("click", () => { close(); location.reload(); });
document.addEventListener("click", event => {
  const link = event.target.closest("[data-take]");
  if (!link) return;
  event.preventDefault();
  open(link.dataset.take);
});
addEventListener("offline", () => { net.hidden = false; net.textContent = net.dataset.offline; });
addEventListener("online", () => { net.hidden = true; });
addEventListener("pagehide", close);
