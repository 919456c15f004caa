/* A map with the place's own boundaries and roads: quiet greys, drawn on canvas, no foreign server. */

const QUIET = { road: "#aab2bf", main: "#8a93a3", line: "#5a6270" };
const layers = new Map();

function layerOf(kind, version) {
  if (!layers.has(kind)) {
    layers.set(kind, fetch(`/command/map/layers/${kind}/?v=${version}`).then((answer) => (answer.ok ? answer.json() : null), () => null));
  }
  return layers.get(kind);
}

/** A map in the element; `facts` is the dataset of the page. */
export function baseMap(L, element, facts, { hasNames = true } = {}) {
  const map = L.map(element, { zoomControl: false, keyboard: false, attributionControl: false, preferCanvas: true, zoomSnap: 0.25, maxZoom: 18, minZoom: 7 });
  for (const [name, level] of [["roads", 330], ["heat", 340], ["lines", 350]]) {
    map.createPane(name).style.zIndex = level;
    map.getPane(name).style.pointerEvents = "none";
  }
  map.setView([30, 120], 8);
  L.control.zoom({ position: "bottomleft" }).addTo(map);
  scaleOf(L, facts).addTo(map);
  if (facts.tiles) L.tileLayer(facts.tiles).addTo(map);
  map.isReady = facts.map ? draw(L, map, facts.map, hasNames) : Promise.resolve(null);
  return map;
}

/* Leaflet says m and km in every language. */
function scaleOf(L, facts) {
  const scale = L.control.scale({ imperial: false, position: "bottomleft" });
  scale._updateMetric = (most) => {
    const metres = scale._getRoundNum(most);
    const said = metres < 1000 ? `${metres} ${facts.textMetres || "m"}` : `${metres / 1000} ${facts.textKilometres || "km"}`;
    scale._updateScale(scale._mScale, said, metres / most);
  };
  return scale;
}

async function draw(L, map, version, hasNames) {
  const [boundary, roads] = await Promise.all([layerOf("boundary", version), layerOf("roads", version)]);
  let box = null;
  if (roads) {
    const style = (one) => ({ color: one.properties.class === "main" ? QUIET.main : QUIET.road, weight: one.properties.class === "main" ? 2 : 1 });
    const drawn = L.geoJSON(roads, { pane: "roads", renderer: L.canvas({ pane: "roads", padding: 0.3 }), interactive: false, style }).addTo(map);
    box = drawn.getBounds();
    if (hasNames) nameRoads(L, map, roads);
  }
  if (boundary) {
    const drawn = L.geoJSON(boundary, { pane: "lines", renderer: L.canvas({ pane: "lines", padding: 0.3 }), interactive: false, style: { color: QUIET.line, weight: 1.5, dashArray: "6 4" } }).addTo(map);
    box = drawn.getBounds();
    drawn.eachLayer((one) => L.tooltip({ permanent: true, direction: "center", className: "district-name", interactive: false })
      .setLatLng(one.getBounds().getCenter()).setContent(text(one.feature.properties.name)).addTo(map));
  }
  if (box && box.isValid()) map.fitBounds(box, { animate: false, padding: [4, 4] });
  return box;
}

function text(words) {
  const node = document.createElement("span");
  node.textContent = words || "";
  node.lang = "zh";
  return node;
}

/* Main roads from a distance, every road from near by. */
function nameRoads(L, map, roads) {
  const names = L.layerGroup().addTo(map);
  const show = () => {
    names.clearLayers();
    const zoom = map.getZoom(), seen = map.getBounds();
    if (zoom < 12.5) return;
    for (const one of roads.features) {
      if (!one.properties.name || (zoom < 14 && one.properties.class !== "main")) continue;
      const points = one.geometry.coordinates.flat().map(([lon, lat]) => L.latLng(lat, lon)).filter((at) => seen.contains(at));
      if (points.length < 2) continue;
      names.addLayer(L.tooltip({ permanent: true, direction: "center", className: "road-name", interactive: false })
        .setLatLng(points[Math.floor(points.length * 0.62)]).setContent(text(one.properties.name)));
    }
  };
  map.on("moveend", show);
  show();
}
