/* One circle on the place's map: of a hot-spot file, or of the form for a new one (a click moves it). */
import { baseMap } from "./base_map.js";

const L = window.L, root = document.getElementById("spot");
const RED = window.matchMedia("(prefers-color-scheme: dark)").matches ? "#ff6b6b" : "#a31515";
const CLOSE_ENOUGH = 15.5, SURROUNDINGS = 3;

if (root && L) {
  const map = baseMap(L, document.getElementById("map-spot"), root.dataset);
  const field = (name) => (root.dataset.edit ? document.getElementById(name) : null);
  const number = (name) => Number.parseFloat(field(name) ? field(name).value : root.dataset[name]);
  let circle = null;

  const draw = () => {
    const lon = number("lon"), lat = number("lat"), radius = number("radius");
    const isThere = Number.isFinite(lon) && Number.isFinite(lat) && Math.abs(lat) <= 85 && Math.abs(lon) <= 180 && radius > 0;
    if (circle) { circle.remove(); circle = null; }
    if (isThere) circle = L.circle([lat, lon], { radius, color: RED, weight: 2, fillColor: RED, fillOpacity: 0.16, interactive: false }).addTo(map);
    return isThere;
  };
  const show = () => {
    if (draw()) map.fitBounds(circle.getBounds().pad(SURROUNDINGS), { animate: false, maxZoom: CLOSE_ENOUGH });
  };
  map.isReady.then(show);
  if (root.dataset.edit) {
    for (const name of ["lon", "lat", "radius"]) field(name).addEventListener("change", show);
    map.on("click", (event) => {
      field("lon").value = event.latlng.lng.toFixed(6);
      field("lat").value = event.latlng.lat.toFixed(6);
      draw();
    });
  }
}
