// Photos wait on the phone until the server has them (tus 1.0):
// outbox = await openOutbox({address, csrf, onchange: item => …}); await outbox.add(slot, file, {lon, lat}); outbox.items()
// item: {key, slot, file, size, sent, state, text, photo, hints}; state: waiting, sending,
// done (photo: its id; hints: sentences), refused (text: why)

const PART = 1 << 19;

export async function openOutbox({ address, csrf, onchange }) {
  const base = await database();
  let items = [], tries = 0, busy, timer;

  const tell = (item, change) => onchange(Object.assign(item, change));
  const erase = key => run(base, store => store.delete(key));
  const remove = key => {
    items = items.filter(item => item.key !== key);
    return erase(key);
  };

  async function add(slot, file, { lon, lat } = {}) {
    const bytes = await new Response(file).arrayBuffer();
    const key = hex(crypto.getRandomValues(new Uint8Array(16)));
    const claims = { slot, key, taken: file.lastModified, lon, lat };
    if (crypto.subtle) claims.sha256 = hex(await crypto.subtle.digest("SHA-256", bytes));
    items.filter(item => item.slot === slot).forEach(item => remove(item.key));
    const row = { key, address, slot, bytes, claims, at: Date.now() };
    await run(base, store => store.put(row));
    const item = enter(row);
    send();
    return item;
  }

  function enter({ key, slot, claims, bytes }) {
    const item = { key, slot, claims, file: new Blob([bytes]), size: bytes.byteLength };
    items.push(item);
    tell(item, { sent: 0, state: "waiting", text: "", hints: [] });
    return item;
  }

  async function send() {
    clearTimeout(timer);
    if (busy) return;
    busy = true;
    let item;
    try {
      while ((item = items.find(one => one.state === "waiting"))) await sendOne(item);
      tries = 0;
    } catch (error) {
      tell(item, { state: "waiting" });
      timer = setTimeout(send, Math.min(1000 << tries++, 3e4));
    }
    busy = false;
  }

  async function sendOne(item) {
    tell(item, { state: "sending" });
    let answer = await ask(item, "POST", address, { "Upload-Length": item.size, "Upload-Metadata": metadata(item) });
    const told = name => answer.getResponseHeader(name) || "";
    const place = told("Location");
    let last;
    while (answer.status < 300 && items.includes(item)) {
      const offset = +told("Upload-Offset");
      const photo = told("Photo-Id");
      if (photo) {
        await remove(item.key);
        const hints = told("Photo-Hints").split(" ").filter(Boolean).map(decodeURIComponent);
        return tell(item, { state: "done", sent: offset, text: "", photo, hints });
      }
      if (offset === last) break; // stuck
      last = offset;
      const headers = { "Upload-Offset": offset, "Content-Type": "application/offset+octet-stream" };
      answer = await ask(item, "PATCH", place, headers, item.file.slice(offset, offset + PART), offset);
    }
    if (!items.includes(item)) return;
    item.text = told("Refusal") && answer.responseText;
    if (!item.text || told("Retry-After")) throw answer;
    erase(item.key);
    tell(item, { state: "refused" });
  }

  function ask(item, method, place, headers, body, offset) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open(method, place);
      const all = { "Tus-Resumable": "1.0.0", "X-CSRFToken": csrf, ...headers };
      for (const name in all) request.setRequestHeader(name, all[name]);
      request.timeout = 12e4;
      if (body) request.upload.onprogress = event => tell(item, { sent: offset + event.loaded });
      request.onload = () => resolve(request);
      request.onerror = request.ontimeout = reject;
      request.send(body);
    });
  }

  for (const row of (await run(base, store => store.getAll())) || []) {
    if (row.at < Date.now() - 6e8) erase(row.key); // forgotten for a week
    else if (row.address === address) enter(row);
  }
  addEventListener("online", send);
  document.addEventListener("visibilitychange", send);
  send();
  return { add, send, remove, items: () => items };
}

const hex = bytes => Array.from(new Uint8Array(bytes), byte => (byte + 256).toString(16).slice(1)).join("");

const metadata = ({ claims }) => Object.entries(claims)
  .filter(([, value]) => value != null).map(([name, value]) => name + " " + btoa(value)).join();

// Private windows may keep nothing.
function database() {
  return new Promise(resolve => {
    try {
      const request = indexedDB.open("kuaichu");
      request.onupgradeneeded = () => request.result.createObjectStore("photos", { keyPath: "key" });
      request.onsuccess = () => resolve(request.result);
      request.onerror = request.onblocked = () => resolve();
    } catch (error) {
      resolve();
    }
  });
}

function run(base, work) {
  return new Promise(resolve => {
    if (!base) return resolve();
    const request = work(base.transaction("photos", "readwrite").objectStore("photos"));
    request.onsuccess = request.onerror = () => resolve(request.result);
  });
}
