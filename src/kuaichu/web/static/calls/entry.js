/* Taking a call with the keyboard alone: Enter moves on, digits with Alt say the class, Alt+Y and Alt+N answer a
   proposal, Ctrl+Enter stores. What was typed survives a reload; without scripts the form works alone. */
(() => {
  "use strict";
  const form = document.getElementById("intake");
  if (!form) return;
  const $ = (id) => document.getElementById(id);
  const field = (name) => form.elements[name];
  const spots = $("spots"), place = $("location"), where = $("where"), clock = $("entry-clock");
  const KEY = `kc-call-${document.getElementById("desk").dataset.person}`;
  const KEPT = ["caller_phone", "caller_name", "content", "location", "plates", "injured", "dead", "trapped", "unit", "lon", "lat", "position", "road", "received_at", "subclass"];
  const DIGIT_MS = 1500;
  let armed = 0, armedAt = 0, isSent = false;

  /* The draft: of this tab, of this person, gone once the call is stored or the person signs out. */
  function keep() {
    const draft = {};
    for (const name of KEPT) draft[name] = field(name).value;
    draft.is_hit_and_run = field("is_hit_and_run").checked;
    try { sessionStorage.setItem(KEY, JSON.stringify(draft)); } catch (error) { /* no room: the form itself is still there */ }
  }
  function forget() { sessionStorage.removeItem(KEY); }
  function restore() {
    let draft = null;
    try { draft = JSON.parse(sessionStorage.getItem(KEY)); } catch (error) { return; }
    if (!draft || KEPT.some((name) => name !== "received_at" && field(name).value)) return;
    for (const name of KEPT) {
      if (name !== "subclass") field(name).value = draft[name] || "";
      else for (const radio of form.querySelectorAll("[name=subclass]")) radio.checked = radio.value === (draft.subclass || "");
    }
    field("is_hit_and_run").checked = Boolean(draft.is_hit_and_run);
  }

  /* The call began with the first key. */
  function begin() {
    if (!field("received_at").value) field("received_at").value = new Date(Date.now() - skew()).toISOString();
    clock.dataset.since = field("received_at").value;
    clock.setAttribute("data-clock", "");
    clock.hidden = false;
  }
  const loadedAt = Date.now();
  function skew() { return loadedAt - Date.parse(document.getElementById("desk").dataset.servedAt); }

  function tellWhere() {
    const has = field("lon").value !== "";
    const kind = field("position").value === "approximate" ? "approximate" : "exact";
    const text = !has ? where.dataset.none : field("position").dataset.by === "map" ? where.dataset.point : where.dataset[kind] + place.value;
    if (where.textContent !== text) where.textContent = text;
    where.classList.toggle("where--some", has);
    form.dispatchEvent(new CustomEvent("pointchosen"));
  }
  function choose(option) {
    const { lon, lat, road, position, label } = option.dataset;
    field("lon").value = lon;
    field("lat").value = lat;
    field("road").value = road;
    field("position").value = position;
    delete field("position").dataset.by;
    if (!("certain" in option.dataset)) place.value = label;
    shut();
    tellWhere();
    keep();
    form.dispatchEvent(new CustomEvent("judge"));
  }
  function shut() { spots.hidden = true; place.setAttribute("aria-expanded", "false"); place.removeAttribute("aria-activedescendant"); }
  function showSpots() {
    const options = [...spots.children], certain = options.find((one) => "certain" in one.dataset);
    if (certain && field("position").dataset.by !== "map") { choose(certain); return; }
    spots.hidden = options.length === 0 || document.activeElement !== place;
    place.setAttribute("aria-expanded", String(!spots.hidden));
  }
  function step(by) {
    const options = [...spots.children], at = options.findIndex((one) => one.getAttribute("aria-selected") === "true");
    const next = options[Math.max(0, Math.min(options.length - 1, at + by))];
    for (const one of options) one.setAttribute("aria-selected", String(one === next));
    if (next) place.setAttribute("aria-activedescendant", next.id);
  }

  function digit(number) {
    const now = Date.now(), rows = [...document.querySelectorAll("#classes .chip-row")];
    for (const row of rows) row.classList.remove("chip-row--armed");
    if (number === 0) { pick($("subclass-auto")); armed = 0; return; }
    if (armed && now - armedAt < DIGIT_MS) {
      const chip = rows[armed - 1].querySelectorAll("input")[number - 1];
      armed = 0;
      if (chip) pick(chip);
      return;
    }
    armed = rows[number - 1] ? number : 0;
    armedAt = now;
    if (armed) rows[armed - 1].classList.add("chip-row--armed");
  }
  function pick(radio) {
    radio.checked = true;
    radio.dispatchEvent(new Event("change", { bubbles: true }));
  }

  const proposals = () => [...document.querySelectorAll("[data-proposal]")];
  /* Once one event or matter is confirmed, other proposals of that kind need no answer. */
  const open = () => {
    const settled = new Set(proposals().filter((one) => one.querySelector("input[value=yes]:checked")).map((one) => one.dataset.proposal));
    return proposals().find((one) => !one.querySelector("input:checked") && !settled.has(one.dataset.proposal));
  };
  function mark() {
    const now = open();
    for (const one of proposals()) one.classList.toggle("proposal--now", one === now);
  }
  function answer(value) {
    const now = open() || proposals()[0];
    if (!now) return;
    now.querySelector(`input[value="${value}"]`).checked = true;
    mark();
  }

  form.addEventListener("input", (event) => {
    if (event.isTrusted) begin();
    if (event.target === place && field("position").dataset.by !== "map") {
      for (const name of ["lon", "lat", "position", "road"]) field(name).value = "";
      tellWhere();
    }
    keep();
  });
  form.addEventListener("change", () => { keep(); mark(); });
  form.addEventListener("pointtyped", (event) => {
    begin();
    field("lon").value = event.detail.lon.toFixed(6);
    field("lat").value = event.detail.lat.toFixed(6);
    field("position").value = "exact";
    field("position").dataset.by = "map";
    tellWhere();
    keep();
    form.dispatchEvent(new CustomEvent("judge"));
  });
  form.addEventListener("submit", (event) => {
    if (isSent) { event.preventDefault(); return; }
    isSent = true;
    $("save").disabled = true;
  });
  window.addEventListener("pageshow", (event) => { if (event.persisted) { isSent = false; $("save").disabled = false; } });
  place.addEventListener("blur", () => setTimeout(shut, 150));
  spots.addEventListener("pointerdown", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) { event.preventDefault(); choose(option); }
  });

  form.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const target = event.target;
    if (target === place && !spots.hidden && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      step(event.key === "ArrowDown" ? 1 : -1);
      return;
    }
    if (event.key !== "Enter" || event.ctrlKey || event.shiftKey || event.altKey || !target.dataset.next) return;
    event.preventDefault();
    const chosen = target === place && !spots.hidden && spots.querySelector('[aria-selected="true"]');
    if (chosen) choose(chosen);
    const next = $(target.dataset.next);
    if (next) next.focus();
  });
  document.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); $("save").click(); return; }
    if (!event.altKey || event.ctrlKey || event.metaKey) return;
    const number = /^(?:Digit|Numpad)(\d)$/.exec(event.code);
    if (number) digit(Number(number[1]));
    else if (event.code === "KeyY" || event.code === "KeyN") answer(event.code === "KeyY" ? "yes" : "no");
    else return;
    event.preventDefault();
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target === spots) showSpots();
    const said = document.querySelector("#classed [data-subclass]");
    for (const chip of document.querySelectorAll("#classes .chip")) {
      chip.toggleAttribute("data-proposed", Boolean(said && said.dataset.subclass) && chip.firstElementChild.value === said.dataset.subclass);
    }
    mark();
  });
  /* A radio pressed while the answer was on its way keeps its state. */
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const fragment = event.detail.fragment;
    for (const radio of document.querySelectorAll("#proposals input:checked")) {
      const fresh = fragment && fragment.querySelector(`[id="${radio.id}"]`);
      if (fresh) fresh.setAttribute("checked", "");
    }
  });
  for (const out of document.querySelectorAll('form[action="/staff/sign-out/"]')) out.addEventListener("submit", forget);

  if (form.dataset.taken) { forget(); history.replaceState(null, "", location.pathname); }
  else restore();
  if (field("received_at").value) begin();
  tellWhere();
  if (form.querySelector("[aria-invalid]")) form.querySelector("[aria-invalid]").focus();
  else $("caller_phone").focus();
  const isFilled = field("content").value || field("caller_phone").value || place.value;
  document.addEventListener("DOMContentLoaded", () => { if (isFilled) form.dispatchEvent(new CustomEvent("judge")); });
})();
