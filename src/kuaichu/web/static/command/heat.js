/* A density raster as a Leaflet layer on a canvas, with events stamped in and out one at a time.
   Values are calls per square kilometre; the kernel is Epanechnikov's, as on the server (analysis/heat). */

const EARTH_RADIUS_M = 6371008.8;
const STRIPS = 16; // the raster is even in degrees, the map in Mercator: drawn in strips the difference is below a pixel

/** The answer of /command/map/heat/: header and values. */
export function decode(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  const raw = new Uint16Array(buffer, 4 + length, header.width * header.height);
  const values = new Float32Array(raw.length);
  for (let i = 0; i < raw.length; i++) values[i] = raw[i] * header.scale;
  return { header, values };
}

/** "rrggbb" one behind the other -> [r, g, b] each. */
export function colours(text) {
  return Array.from({ length: text.length / 6 }, (_, i) =>
    [0, 2, 4].map((at) => parseInt(text.slice(i * 6 + at, i * 6 + at + 2), 16)));
}

/** A round number not below `value`. */
export function roundUp(value) {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 1.5, 2, 3, 4, 5, 6, 8, 10].map((step) => step * power).find((step) => step >= value * 0.999);
}

/** Where on the ramp a value stands, 0..1: by its root, so that quiet streets are seen beside the busiest crossing. */
export const part = (value, top) => Math.sqrt(Math.max(0, Math.min(value / top, 1)));

/** The ramp with its numbers, in the elements legend-ramp and legend-ticks. */
export function tellLegend(document, ramp, top) {
  const context = document.getElementById("legend-ramp").getContext("2d");
  for (let x = 0; x < 256; x++) {
    context.fillStyle = `rgb(${ramp[Math.round((x / 255) * (ramp.length - 1))].join(",")})`;
    context.fillRect(x, 0, 1, 10);
  }
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const item = document.createElement("li"), value = share * share * top;
    item.textContent = value >= 10 ? Math.round(value) : Number(value.toPrecision(2));
    return item;
  });
  document.getElementById("legend-ticks").replaceChildren(...ticks);
}

export function heatLayer(L, ramp) {
  const Layer = L.Layer.extend({
    onAdd(map) {
      this._canvas = L.DomUtil.create("canvas", "leaflet-layer leaflet-zoom-hide");
      map.getPane("heat").appendChild(this._canvas);
      map.on("moveend zoomend resize", this.redraw, this);
      this.redraw();
    },
    onRemove(map) {
      this._canvas.remove();
      map.off("moveend zoomend resize", this.redraw, this);
    },
    /** A new raster; `top` is what the darkest colour means. */
    show(picture, top) {
      this.picture = picture;
      this.top = top;
      const { width, height } = picture.header;
      this._source = document.createElement("canvas");
      this._source.width = width;
      this._source.height = height;
      this._image = this._source.getContext("2d").createImageData(width, height);
      this._paint(0, height - 1);
      this.redraw();
    },
    setTop(top) {
      if (!this.picture || top === this.top) return;
      this.top = top;
      this._paint(0, this.picture.header.height - 1);
      this.redraw();
    },
    /** Only what lies between two shares of the map's width is seen. */
    cut(from, to) {
      this._canvas.style.clipPath = `inset(0 ${(1 - to) * 100}% 0 ${from * 100}%)`;
    },
    /** One call in (sign 1) or out (-1). */
    stamp(lon, lat, sign) {
      const { header, values } = this.picture, [west, south, east, north] = header.box;
      const perDegree = (Math.PI / 180) * EARTH_RADIUS_M, east_m = perDegree * Math.cos(((south + north) / 2) * Math.PI / 180);
      const wide = ((east - west) * east_m) / header.width, high = ((north - south) * perDegree) / header.height;
      const column = ((lon - west) / (east - west)) * header.width - 0.5, row = ((north - lat) / (north - south)) * header.height - 0.5;
      const b = header.bandwidth_m, weight = (sign * 2e6) / (Math.PI * b * b);
      const first = Math.max(0, Math.ceil(row - b / high)), last = Math.min(header.height - 1, Math.floor(row + b / high));
      for (let i = first; i <= last; i++) {
        const away = ((i - row) * high) / b, rest = 1 - away * away, half = (Math.sqrt(Math.max(rest, 0)) * b) / wide;
        const begin = Math.max(0, Math.ceil(column - half)), end = Math.min(header.width - 1, Math.floor(column + half));
        for (let j = begin; j <= end; j++) {
          const x = ((j - column) * wide) / b, at = i * header.width + j;
          values[at] = Math.max(0, values[at] + weight * (rest - x * x));
        }
      }
      if (first <= last) this._paint(first, last);
      this.redraw();
    },
    _paint(first, last) {
      const { width } = this.picture.header, { values } = this.picture, data = this._image.data, steps = ramp.length - 1;
      for (let at = first * width; at < (last + 1) * width; at++) {
        const share = part(values[at], this.top), colour = ramp[Math.round(share * steps)];
        data[at * 4] = colour[0];
        data[at * 4 + 1] = colour[1];
        data[at * 4 + 2] = colour[2];
        data[at * 4 + 3] = share < 0.06 ? 0 : Math.round(255 * Math.min(0.88, 0.3 + 1.5 * share));
      }
      this._source.getContext("2d").putImageData(this._image, 0, 0, 0, first, width, last - first + 1);
    },
    redraw() {
      const map = this._map;
      if (!map || !this._canvas) return;
      const size = map.getSize(), density = Math.min(window.devicePixelRatio || 1, 2);
      L.DomUtil.setPosition(this._canvas, map.containerPointToLayerPoint([0, 0]));
      if (this._canvas.width !== size.x * density || this._canvas.height !== size.y * density) {
        this._canvas.width = size.x * density;
        this._canvas.height = size.y * density;
        this._canvas.style.width = `${size.x}px`;
        this._canvas.style.height = `${size.y}px`;
      }
      const context = this._canvas.getContext("2d");
      context.setTransform(density, 0, 0, density, 0, 0);
      context.clearRect(0, 0, size.x, size.y);
      if (!this.picture) return;
      context.imageSmoothingEnabled = true;
      const { width, height, box: [west, south, east, north] } = this.picture.header;
      for (let strip = 0; strip < STRIPS; strip++) {
        const from = Math.floor((strip * height) / STRIPS), to = Math.floor(((strip + 1) * height) / STRIPS);
        const above = north - ((north - south) * from) / height, below = north - ((north - south) * to) / height;
        const corner = map.latLngToContainerPoint([above, west]).round(), other = map.latLngToContainerPoint([below, east]).round();
        context.drawImage(this._source, 0, from, width, to - from, corner.x, corner.y, other.x - corner.x, other.y - corner.y);
      }
    },
  });
  return new Layer();
}
