/* A small map of the place's own roads. On the entry form a click is the place of the call. */
const L = window.L, element = document.getElementById("small-map");
const LAYERS = "/calls/map/";

async function layer(kind) {
  const answer = await fetch(`${LAYERS}${kind}/?v=${element.dataset.map}`);
  return answer.ok ? answer.json() : null;
}

function colour(name) { return getComputedStyle(document.documentElement).getPropertyValue(name).trim(); }

function named(map, roads) {
  const names = L.layerGroup().addTo(map);
  const show = () => {
    names.clearLayers();
    const zoom = map.getZoom(), seen = map.getBounds().pad(-0.12);
    if (zoom < 13) return;
    for (const one of roads.features) {
      if (!one.properties.name || (zoom < 15 && one.properties.class !== "main")) continue;
      const points = one.geometry.coordinates.flat().map(([lon, lat]) => L.latLng(lat, lon)).filter((at) => seen.contains(at));
      if (points.length < 2) continue;
      const words = document.createElement("span");
      words.lang = "zh";
      words.textContent = one.properties.name;
      names.addLayer(L.tooltip({ permanent: true, direction: "center", interactive: false }).setLatLng(points[Math.floor(points.length * 0.3)]).setContent(words));
    }
  };
  map.on("moveend", show);
  show();
}

async function start() {
  const map = L.map(element, { zoomControl: true, attributionControl: false, keyboard: false, preferCanvas: true, zoomSnap: 0.5, maxZoom: 18, minZoom: 9, scrollWheelZoom: true });
  map.setView([30, 120], 9);
  const scale = L.control.scale({ imperial: false });
  scale._updateMetric = (most) => { // Leaflet says m and km in every language
    const metres = scale._getRoundNum(most);
    const said = metres < 1000 ? `${metres} ${element.dataset.textMetres}` : `${metres / 1000} ${element.dataset.textKilometres}`;
    scale._updateScale(scale._mScale, said, metres / most);
  };
  scale.addTo(map);
  const [boundary, roads] = await Promise.all([layer("boundary"), layer("roads")]);
  let box = null;
  if (roads) {
    const style = (one) => ({ color: colour(one.properties.class === "main" ? "--line-strong" : "--line"), weight: one.properties.class === "main" ? 2 : 1.5 });
    box = L.geoJSON(roads, { interactive: false, style }).addTo(map).getBounds();
  }
  if (boundary) box = L.geoJSON(boundary, { interactive: false, style: { color: colour("--muted"), weight: 1, dashArray: "6 4", fill: false } }).addTo(map).getBounds();
  if (box && box.isValid()) map.setView(box.getCenter(), Math.min(14, map.getBoundsZoom(box) + 2), { animate: false });
  if (roads) named(map, roads);
  const point = L.circleMarker([0, 0], { radius: 8, color: colour("--paper"), weight: 2, fillColor: colour("--danger"), fillOpacity: 1 });
  const put = (lat, lon, isNear) => {
    point.setLatLng([lat, lon]).addTo(map).bringToFront();
    if (!isNear) map.setView([lat, lon], Math.max(15, map.getZoom()), { animate: false });
  };
  if (element.dataset.lon) put(Number(element.dataset.lat), Number(element.dataset.lon));
  if (element.dataset.editable) edit(map, point, put);
  element.dataset.drawn = "1";
}

function edit(map, point, put) {
  const form = document.getElementById("intake");
  let isOwn = false;
  const show = () => {
    const { lon, lat } = form.elements;
    if (!lon.value) point.remove();
    else put(Number(lat.value), Number(lon.value), isOwn);
  };
  form.addEventListener("pointchosen", show);
  map.on("click", (event) => {
    isOwn = true;
    form.dispatchEvent(new CustomEvent("pointtyped", { detail: { lon: event.latlng.lng, lat: event.latlng.lat } }));
    isOwn = false;
  });
  show();
}

if (L && element) start();
