/* Two periods on one map and one scale, with a line between them that the hand moves: left before, right after. */
import { baseMap } from "./base_map.js";
import { colours, decode, heatLayer, roundUp, tellLegend } from "./heat.js";

const L = window.L, root = document.getElementById("swipe");
if (root && L) {
  const ramp = colours(root.dataset.ramp), hand = document.getElementById("swipe-hand"), line = document.getElementById("swipe-line");
  const map = baseMap(L, document.getElementById("map-swipe"), root.dataset);
  const layers = ["before", "after"].map(() => heatLayer(L, ramp).addTo(map));
  const load = async (address) => decode(await (await fetch(address)).arrayBuffer());

  const cut = () => {
    const share = Number(hand.value) / 1000, width = map.getSize().x;
    line.style.transform = `translateX(${share * width}px)`;
    layers[0].cut(0, share);
    layers[1].cut(share, 1);
  };
  hand.addEventListener("input", cut);
  map.on("resize", cut);
  Promise.all([load(root.dataset.before), load(root.dataset.after), map.isReady]).then(([before, after, box]) => {
    const top = roundUp(Math.max(...[before, after].map((each) => each.values.reduce((most, value) => Math.max(most, value), 0))));
    layers[0].show(before, top);
    layers[1].show(after, top);
    const [west, south, east, north] = after.header.box;
    if (!box) map.fitBounds([[south, west], [north, east]], { animate: false });
    tellLegend(document, ramp, top);
    cut();
    root.dataset.drawn = "1";
  });

  for (const row of document.querySelectorAll("#ranking tbody tr")) {
    const at = [Number(row.dataset.lat), Number(row.dataset.lon)];
    const icon = L.divIcon({ className: "spot-number", html: row.cells[0].textContent, iconSize: [22, 20] });
    if (Number(row.cells[0].textContent) <= 20) L.marker(at, { icon, keyboard: false, interactive: false, zIndexOffset: -1000 * Number(row.cells[0].textContent) }).addTo(map);
    row.addEventListener("click", (event) => { if (!event.target.closest("a")) map.setView(at, Math.max(map.getZoom(), 14)); });
  }
}
