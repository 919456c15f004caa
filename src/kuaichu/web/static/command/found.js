/* What an analysis found, on a map: numbered circles or road segments beside their table. */
import { baseMap } from "./base_map.js";

const L = window.L, root = document.getElementById("found"), RED = "#a31515";
if (root) {
  const map = baseMap(L, document.getElementById("map-found"), root.dataset);
  const rows = [...document.querySelectorAll("#ranking tbody tr")];
  map.isReady.then(() => rows.slice().reverse().forEach(draw));

  function draw(row) {
    const at = [Number(row.dataset.lat), Number(row.dataset.lon)], number = Number(row.cells[0].textContent);
    const style = { color: RED, weight: 2, fillColor: RED, fillOpacity: row.classList.contains("faint") ? 0.06 : 0.22, opacity: row.classList.contains("faint") ? 0.4 : 1 };
    const shape = row.dataset.line
      ? L.polyline(JSON.parse(row.dataset.line).map(([lon, lat]) => [lat, lon]), { ...style, weight: 6, opacity: 0.85 })
      : L.circle(at, { ...style, radius: Number(row.dataset.radius) });
    shape.addTo(map);
    const icon = L.divIcon({ className: "spot-number", html: String(number), iconSize: [22, 20] });
    if (number <= 20) L.marker(at, { icon, keyboard: false, interactive: false }).addTo(map);
    const show = (isShown) => { row.classList.toggle("is-shown", isShown); shape.setStyle({ weight: isShown ? 9 : style.weight + (row.dataset.line ? 4 : 0) }); };
    shape.on("mouseover", () => show(true)).on("mouseout", () => show(false)).on("click", () => row.querySelector("a").click());
    row.addEventListener("mouseenter", () => show(true));
    row.addEventListener("mouseleave", () => show(false));
    row.addEventListener("click", (event) => { if (!event.target.closest("a")) map.setView(at, Math.max(map.getZoom(), 14)); });
  }
}
