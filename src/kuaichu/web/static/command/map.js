/* The living map: a window of days that slides, classes, two periods side by side on one scale, new calls as they come. */
import { baseMap } from "./base_map.js";
import { colours, decode, heatLayer, roundUp, tellLegend } from "./heat.js";
import { follow, stateOf } from "./live.js";

const L = window.L, root = document.getElementById("work"), facts = root.dataset;
const $ = (id) => document.getElementById(id);
const DAY_MS = 86400000, PLAY_MS = 350, MOST_NEWS = 14;
const QUIET_MS = 250; // the address follows when the hand rests: browsers refuse more than some hundred changes at once
const ramp = colours(facts.ramp), isWall = Boolean(facts.wall);
const day = (text) => Date.parse(`${text}T00:00:00Z`) / DAY_MS;
const said = (number) => new Date(number * DAY_MS).toISOString().slice(0, 10);

const view = { days: day(facts.last) - day(facts.first) + 1, last: day(facts.last), category: facts.category, repeat: facts.repeat, bandwidth: facts.bandwidth };
const begin = Math.min(day(facts.begin), day(facts.first)), today = day(facts.today);
const a = side("a"), b = { picture: null };
let top_ = 1, isPlaying = false, isOwnOther = false, version = 0, waiting = null, isAsking = false;
const told = new Set();
let addressing = 0;
let state = { mark: "", calls: new Set(), changes: new Set(), version: 0 };

function side(letter) {
  const map = baseMap(L, $(`map-${letter}`), facts, { hasNames: true });
  const layer = heatLayer(L, ramp);
  layer.addTo(map);
  return { letter, map, layer, picture: null };
}

function queryOf(first, last) {
  const values = { first: said(first), last: said(last), category: view.category, repeat: view.repeat, wide: facts.wide, bandwidth: view.bandwidth };
  return new URLSearchParams(Object.entries(values).filter(([, value]) => value)).toString();
}
const firstOf = () => view.last - view.days + 1;
const isComparing = () => Boolean(b.map) && !$("half-b").hidden;

async function load(first, last) {
  const answer = await fetch(`/command/map/heat/?${queryOf(first, last)}`, { cache: "no-cache" });
  if (!answer.ok) throw new Error(String(answer.status));
  return decode(await answer.arrayBuffer());
}

/* The newest wish wins: while one picture is on its way only the last one asked for afterwards is fetched. */
async function refresh() {
  if (!isWall && !isOwnOther) $("first-b").value = `${Number(said(firstOf()).slice(0, 4)) - 1}${said(firstOf()).slice(4).replace("-02-29", "-02-28")}`;
  tellWhen();
  if (isAsking) { waiting = true; return; }
  isAsking = true;
  try {
    do {
      waiting = false;
      version += 1;
      const wanted = version, first = firstOf(), last = view.last;
      const [mine, other] = await Promise.all([load(first, last), isComparing() ? loadOther() : null]);
      if (wanted !== version) continue;
      a.picture = mine;
      if (other) b.picture = other;
      state = Object.assign(state, stateOf(mine.header, version));
      draw();
    } while (waiting);
    lost(false);
  } catch (error) {
    lost(true);
    setTimeout(refresh, 3000);
  } finally { isAsking = false; }
}
const loadOther = () => { const first = day($("first-b").value); return load(first, first + view.days - 1); };

function peakOf(picture) {
  let most = 0;
  for (const value of picture.values) if (value > most) most = value;
  return most;
}

/* While it plays the scale stays, so that colours mean the same in every picture. */
function draw() {
  const shown = [a, ...(isComparing() && b.picture ? [b] : [])];
  const peak = Math.max(...shown.map((one) => peakOf(one.picture)));
  const wanted = roundUp(peak);
  if (!(isPlaying && top_ >= wanted)) top_ = wanted;
  for (const one of shown) { one.layer.show(one.picture, top_); tell(one); }
  legend();
  root.dataset.drawn = String(Number(root.dataset.drawn || 0) + 1);
}

function tell(one) {
  const { count, unlocated } = one.picture.header;
  const first = one === b ? day($("first-b").value) : firstOf();
  const period = facts.textPeriod.replace("FIRST", said(first)).replace("LAST", said(first + view.days - 1));
  const caption = $(`caption-${one.letter}`);
  const number = document.createElement("b");
  number.textContent = count ? facts.textCount.replace("#", count.toLocaleString("en")) : facts.textNone;
  caption.replaceChildren(number, ` ${view.category ? facts[`text${view.category[0].toUpperCase()}${view.category.slice(1)}`] + " · " : ""}${period}${unlocated ? facts.textUnlocated.replace("#", unlocated.toLocaleString("en")) : ""}`);
  caption.dataset.count = count;
}

function legend() {
  $("legend").hidden = false;
  $("legend-unit").textContent = facts.textUnit;
  tellLegend(document, ramp, top_);
}

function tellWhen() {
  if (isWall) return;
  $("when").textContent = view.days === 1 ? said(view.last) : `${said(firstOf())} — ${said(view.last)}`;
  $("time").value = view.last - begin;
  $("time").setAttribute("aria-valuetext", $("when").textContent);
  $("back").disabled = view.last <= begin;
  $("on").disabled = view.last >= today;
  clearTimeout(addressing);
  $("keep").href = `/command/compare/?${new URLSearchParams({ first: said(firstOf()), last: said(view.last), then: $("first-b").value, category: view.category })}`;
  addressing = setTimeout(() => history.replaceState(null, "", `?${queryOf(firstOf(), view.last)}`), QUIET_MS);
}

function lost(isLost) {
  const live = $("live");
  live.textContent = isLost ? facts.textLost : new Date().toLocaleTimeString("zh-CN", { hour12: false, timeZone: "Asia/Shanghai" });
  live.classList.toggle("live--lost", isLost);
}

/* Living: stamps go into the picture that is there; the count on the map moves with them. */
function stamped(lon, lat, sign) {
  if (!a.picture) return;
  a.picture.header.count += sign;
  if (lon === null) a.picture.header.unlocated += sign;
  else a.layer.stamp(lon, lat, sign);
  const wanted = roundUp(peakOf(a.picture));
  if (wanted > top_) draw();
  tell(a);
  root.dataset.stamps = String(Number(root.dataset.stamps || 0) + 1);
}

function named(calls) {
  const list = $("news-calls");
  for (const call of calls.filter(({ id }) => !told.has(id))) { // a new picture may name once more what came while it was made
    told.add(call.id);
    if (call.lon !== null) {
      const icon = L.divIcon({ className: `pulse pulse--${call.category}`, iconSize: [16, 16] });
      const marker = L.marker([call.lat, call.lon], { icon, keyboard: false, title: `${call.at} ${call.class} ${call.where}` }).addTo(a.map);
      setTimeout(() => marker.remove(), 12000);
    }
    const item = document.createElement("li"), at = document.createElement("span"), kind = document.createElement("b"), where = document.createElement("span");
    item.className = `call call--${call.category}`;
    at.className = "call-at";
    at.textContent = call.at;
    kind.textContent = call.class || facts[`text${call.category[0].toUpperCase()}${call.category.slice(1)}`];
    where.className = "muted";
    where.lang = "zh";
    where.textContent = call.where;
    item.append(at, " ", kind, " ", where);
    list.querySelector("li:not(.call)")?.remove();
    list.prepend(item);
  }
  while (list.children.length > MOST_NEWS) list.lastElementChild.remove();
  if ($("news-list")) $("news-list").hidden = false;
}

function move(by) {
  const last = Math.max(begin, Math.min(today, view.last + by));
  if (last === view.last) return false;
  view.last = last;
  refresh();
  return true;
}

function play(isOn) {
  isPlaying = isOn;
  $("play").setAttribute("aria-pressed", String(isOn));
  $("play").firstElementChild.textContent = isOn ? "❚❚" : "▶";
  if (!isOn) return;
  if (view.last > today - 7) view.last = Math.max(begin + view.days - 1, today - 60);
  const step = async () => {
    if (!isPlaying) return;
    if (!isAsking && !move(1)) { play(false); return; }
    setTimeout(step, PLAY_MS);
  };
  step();
}

function compare() {
  const half = $("half-b"), isOn = half.hidden;
  half.hidden = !isOn;
  $("compare").setAttribute("aria-pressed", String(isOn));
  if (isOn && !b.map) {
    Object.assign(b, side("b"));
    b.map.isReady.then(() => { tie(a.map, b.map); tie(b.map, a.map); fitPicture(); });
  }
  for (const one of [a, b]) if (one.map) one.map.invalidateSize({ animate: false });
  fitPicture();
  refresh();
}

function tie(one, other) {
  one.on("move", () => {
    if (one.isLed) return;
    other.isLed = true;
    other.setView(one.getCenter(), one.getZoom(), { animate: false });
    other.isLed = false;
  });
}

function listen() {
  const time = $("time"), bar = $("bar");
  time.max = today - begin;
  const known = [...$("days").options].map((option) => Number(option.value));
  if (!known.includes(view.days)) $("days").append(new Option(`${view.days}`, view.days));
  $("days").value = view.days;
  time.addEventListener("input", () => { view.last = begin + Number(time.value); refresh(); });
  bar.addEventListener("submit", (event) => event.preventDefault());
  bar.addEventListener("change", () => {
    const given = new FormData(bar);
    Object.assign(view, { category: given.get("category") || "", repeat: given.get("repeat") || "", days: Number(given.get("days")), bandwidth: given.get("bandwidth") });
    refresh();
  });
  $("back").addEventListener("click", () => move(-1));
  $("on").addEventListener("click", () => move(1));
  $("to-today").addEventListener("click", () => move(today - view.last));
  $("play").addEventListener("click", () => play(!isPlaying));
  $("compare").addEventListener("click", compare);
  $("first-b").addEventListener("change", () => { isOwnOther = Boolean($("first-b").value); refresh(); });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input:not([type=radio]):not([type=checkbox]), select")) return;
    if (event.key === "ArrowLeft" && !event.target.matches("[type=radio]")) move(-1);
    else if (event.key === "ArrowRight" && !event.target.matches("[type=radio]")) move(1);
    else if (event.key === " " && !event.target.matches("button, input, summary")) play(!isPlaying);
    else return;
    event.preventDefault();
  });
}

if (!isWall) listen();
refresh();
a.map.isReady.then((box) => { if (!box) fitPicture(); });
function fitPicture() {
  if (!a.picture) { setTimeout(fitPicture, 100); return; }
  const [west, south, east, north] = a.picture.header.box;
  a.map.fitBounds([[south, west], [north, east]], { animate: false });
  if (b.map) b.map.setView(a.map.getCenter(), a.map.getZoom(), { animate: false });
}
follow({ query: () => queryOf(firstOf(), view.last), get state() { return state; }, onStamp: stamped, onCalls: named, onReload: refresh, onLost: lost });
