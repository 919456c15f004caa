// The signature pad: strokes in a field of 1000 x 400 units go into the hidden field; without it the name is typed.
(function () {
  const pad = document.getElementById("pad");
  if (!pad || !pad.getContext) return;
  const form = document.getElementById("sign-form"), box = document.getElementById("pad-box");
  const nameBox = document.getElementById("name-box"), context = pad.getContext("2d");
  let strokes = [], stroke = null, isTyping = Boolean(form.typed_name.value);
  try { strokes = JSON.parse(form.strokes.value || "[]"); } catch (error) { strokes = []; }

  function show() {
    box.hidden = isTyping;
    nameBox.hidden = !isTyping;
    if (!isTyping) fit();
  }
  function fit() {
    const ratio = window.devicePixelRatio || 1;
    pad.width = pad.clientWidth * ratio;
    pad.height = pad.clientHeight * ratio;
    draw();
  }
  function draw() {
    const x = pad.width / 1000, y = pad.height / 400;
    context.clearRect(0, 0, pad.width, pad.height);
    context.strokeStyle = "#111";
    context.lineCap = context.lineJoin = "round";
    context.lineWidth = 9 * x;
    strokes.forEach(points => {
      context.beginPath();
      points.forEach((point, number) => context[number ? "lineTo" : "moveTo"](point[0] * x, point[1] * y));
      if (points.length === 1) context.lineTo(points[0][0] * x + 1, points[0][1] * y);
      context.stroke();
    });
  }
  function point(event) {
    const edge = pad.getBoundingClientRect();
    const clip = (value, most) => Math.max(0, Math.min(most, Math.round(value)));
    return [clip((event.clientX - edge.left) / edge.width * 1000, 1000), clip((event.clientY - edge.top) / edge.height * 400, 400)];
  }
  pad.addEventListener("pointerdown", event => {
    pad.setPointerCapture(event.pointerId);
    stroke = [point(event)];
    strokes.push(stroke);
    draw();
  });
  pad.addEventListener("pointermove", event => {
    if (!stroke) return;
    const next = point(event), last = stroke[stroke.length - 1];
    if (Math.abs(next[0] - last[0]) + Math.abs(next[1] - last[1]) < 5) return;
    stroke.push(next);
    draw();
  });
  ["pointerup", "pointercancel"].forEach(name => pad.addEventListener(name, () => { stroke = null; keep(); }));
  function keep() { form.strokes.value = strokes.length ? JSON.stringify(strokes) : ""; }

  document.getElementById("pad-clear").addEventListener("click", () => { strokes = []; keep(); draw(); });
  document.getElementById("pad-type").addEventListener("click", () => {
    isTyping = true;
    strokes = [];
    keep();
    show();
    form.typed_name.focus();
  });
  addEventListener("resize", () => isTyping || fit());
  show();
})();
