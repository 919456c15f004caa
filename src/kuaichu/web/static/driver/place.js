// The phone's position, a small map without tiles, and the name of the nearest street. Typing works without it.
(function () {
  const box = document.getElementById("locate"), form = box.closest("form"), words = box.dataset;
  const status = document.getElementById("locate-status"), canvas = document.getElementById("map");
  const button = document.getElementById("locate-button"), field = form.elements.location;
  const SPAN_M = 900, FAR_M = 20000, CROSSING_M = 40, RADIUS_M = 6371000;
  let lines = [], centre = null, point = null, accuracy = 0, named = "";
  box.hidden = false;

  const radians = degrees => degrees * Math.PI / 180;
  function metres(lon, lat, origin) {
    const from = origin || centre;
    return [radians(lon - from[0]) * RADIUS_M * Math.cos(radians(from[1])), radians(lat - from[1]) * RADIUS_M];
  }
  function degrees(x, y) {
    return [centre[0] + x / (RADIUS_M * Math.cos(radians(centre[1]))) * 180 / Math.PI, centre[1] + y / RADIUS_M * 180 / Math.PI];
  }
  const distance = (a, b) => Math.hypot(...metres(a[0], a[1], b));

  function load() {
    if (words.lon && words.lat) centre = [+words.lon, +words.lat];
    if (form.elements.lon.value) { point = [+form.elements.lon.value, +form.elements.lat.value]; accuracy = +form.elements.accuracy.value || 0; }
    if (point) centre = point;
    if (!words.map) return Promise.resolve();
    return fetch(words.map).then(answer => answer.json()).then(map => { lines = map.features; }).catch(() => {});
  }

  function locate() {
    status.textContent = words.asking;
    if (!navigator.geolocation) return denied();
    navigator.geolocation.getCurrentPosition(found, denied, { enableHighAccuracy: true, timeout: 10000, maximumAge: 30000 });
  }
  function found(position) {
    const here = [position.coords.longitude, position.coords.latitude];
    if (words.demo && centre && distance(here, centre) > FAR_M) { status.textContent = words.far; return draw(); }
    centre = here;
    take(here, position.coords.accuracy, "device");
    status.textContent = words.around.replace("{m}", Math.round(accuracy));
  }
  function denied() { status.textContent = words.denied; if (centre) draw(); }

  function take(where, error, source) {
    point = where;
    accuracy = error;
    form.elements.lon.value = where[0].toFixed(6);
    form.elements.lat.value = where[1].toFixed(6);
    form.elements.accuracy.value = Math.round(error);
    form.elements.source.value = source;
    const name = nameOf(where);
    if (name && (!field.value || field.value === named)) field.value = named = name;
    draw();
  }
  function nameOf(where) {
    const near = new Map();
    lines.forEach(line => {
      const name = line.properties.name;
      if (!name || line.geometry.type !== "LineString" || line.properties.kind === "river") return;
      const away = toLine(where, line.geometry.coordinates);
      if (!near.has(name) || away < near.get(name)) near.set(name, away);
    });
    const order = Array.from(near).sort((a, b) => a[1] - b[1]);
    if (!order.length || order[0][1] > 300) return "";
    if (order[1] && order[1][1] < CROSSING_M) return order[0][0] + words.and + order[1][0] + words.crossing;
    return order[0][0] + words.near;
  }
  function toLine(where, coordinates) {
    let least = Infinity;
    for (let i = 1; i < coordinates.length; i++) {
      const a = metres(...coordinates[i - 1], where), b = metres(...coordinates[i], where);
      const dx = b[0] - a[0], dy = b[1] - a[1];
      const t = Math.max(0, Math.min(1, -(a[0] * dx + a[1] * dy) / (dx * dx + dy * dy || 1)));
      least = Math.min(least, Math.hypot(a[0] + t * dx, a[1] + t * dy));
    }
    return least;
  }

  function draw() {
    canvas.hidden = false;
    const ratio = window.devicePixelRatio || 1, width = canvas.clientWidth, height = canvas.clientHeight;
    canvas.width = width * ratio;
    canvas.height = height * ratio;
    const pen = canvas.getContext("2d"), style = getComputedStyle(document.documentElement);
    const colour = name => style.getPropertyValue("--" + name).trim(), scale = width / SPAN_M;
    pen.scale(ratio, ratio);
    const at = (lon, lat) => { const [x, y] = metres(lon, lat); return [width / 2 + x * scale, height / 2 - y * scale]; };
    pen.lineCap = pen.lineJoin = "round";
    const path = list => { pen.beginPath(); list.forEach((pair, i) => pen[i ? "lineTo" : "moveTo"](...at(...pair))); };
    const widths = { main: 11, street: 7, river: 26 };
    lines.forEach(({ geometry, properties }) => {
      const isArea = geometry.type === "Polygon";
      path(isArea ? geometry.coordinates[0] : geometry.coordinates);
      pen.fillStyle = pen.strokeStyle = properties.kind === "river" ? "#8fb7d9" : properties.kind === "park" ? "#9cc59c" : colour("asphalt");
      pen.globalAlpha = properties.kind === "river" || isArea ? 0.55 : 1;
      pen.lineWidth = widths[properties.kind] || 7;
      isArea ? pen.fill() : pen.stroke();
    });
    pen.globalAlpha = 1;
    labels(pen, at, width, height, colour);
    mark(pen, at, scale, colour);
    ruler(pen, scale, height, colour);
  }
  function labels(pen, at, width, height, colour) {
    pen.font = "12px sans-serif";
    pen.fillStyle = colour("ink");
    pen.textAlign = "center";
    const done = new Set();
    lines.forEach(({ geometry, properties }) => {
      const list = geometry.type === "Polygon" ? geometry.coordinates[0] : geometry.coordinates;
      for (let i = 1; i < list.length && !done.has(properties.name); i++) {
        const a = at(...list[i - 1]), b = at(...list[i]), x = a[0] * 0.35 + b[0] * 0.65, y = a[1] * 0.35 + b[1] * 0.65;
        if (!properties.name || x < 36 || x > width - 36 || y < 14 || y > height - 26) continue;
        done.add(properties.name);
        pen.save();
        pen.translate(x, y);
        const turn = Math.atan2(b[1] - a[1], b[0] - a[0]);
        pen.rotate(geometry.type === "Polygon" ? 0 : turn > 1.58 ? turn - Math.PI : turn < -1.58 ? turn + Math.PI : turn);
        pen.fillText(properties.name, 0, 4);
        pen.restore();
      }
    });
  }
  function mark(pen, at, scale, colour) {
    if (!point) return;
    const [x, y] = at(...point);
    pen.fillStyle = pen.strokeStyle = colour("link");
    pen.globalAlpha = 0.18;
    pen.beginPath();
    pen.arc(x, y, Math.max(accuracy * scale, 12), 0, 7);
    pen.fill();
    pen.globalAlpha = 1;
    pen.beginPath();
    pen.arc(x, y, 8, 0, 7);
    pen.fill();
    pen.strokeStyle = "#fff";
    pen.lineWidth = 3;
    pen.stroke();
  }
  function ruler(pen, scale, height, colour) {
    pen.strokeStyle = pen.fillStyle = colour("ink");
    pen.lineWidth = 2;
    pen.beginPath();
    pen.moveTo(12, height - 16);
    pen.lineTo(12, height - 10);
    pen.lineTo(12 + 100 * scale, height - 10);
    pen.lineTo(12 + 100 * scale, height - 16);
    pen.stroke();
    pen.textAlign = "left";
    pen.fillText("100 m", 18 + 100 * scale, height - 10);
  }

  let isHeld = false;
  function pick(event) {
    const edge = canvas.getBoundingClientRect(), scale = edge.width / SPAN_M;
    const x = (event.clientX - edge.left - edge.width / 2) / scale, y = (edge.height / 2 - event.clientY + edge.top) / scale;
    take(degrees(x, y), 0, "map");
    status.textContent = words.picked;
  }
  canvas.addEventListener("pointerdown", event => { isHeld = true; canvas.setPointerCapture(event.pointerId); pick(event); });
  canvas.addEventListener("pointermove", event => isHeld && pick(event));
  ["pointerup", "pointercancel"].forEach(name => canvas.addEventListener(name, () => { isHeld = false; }));
  addEventListener("resize", () => canvas.hidden || draw());
  button.addEventListener("click", locate);
  load().then(() => { if (centre) draw(); if (!point && !field.value) locate(); });
})();
