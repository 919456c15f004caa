/* Photos large with zoom and rotation, and the help of the determination form. */
(() => {
  "use strict";
  const isEnglish = document.documentElement.lang.startsWith("en");
  let viewer, image, title, shown = "", zoom = 1, turn = 0, x = 0, y = 0;

  function say(zh, en) { return isEnglish ? en : zh; }

  function place() { image.style.transform = `translate(${x}px, ${y}px) scale(${zoom}) rotate(${turn}deg)`; }

  function reset() { zoom = 1; turn = 0; x = 0; y = 0; place(); }

  function act(what) {
    if (what === "in") zoom = Math.min(8, zoom * 1.4);
    else if (what === "out") { zoom = Math.max(1, zoom / 1.4); if (zoom === 1) { x = 0; y = 0; } }
    else if (what === "turn") turn += 90;
    place();
  }

  function button(text, run) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "btn";
    made.textContent = text;
    made.addEventListener("click", run);
    return made;
  }

  function build() {
    viewer = document.createElement("dialog");
    viewer.className = "viewer";
    const bar = document.createElement("div"), stage = document.createElement("div");
    bar.className = "viewer-bar";
    stage.className = "viewer-stage";
    title = document.createElement("p");
    image = document.createElement("img");
    image.alt = "";
    image.draggable = false;
    stage.append(image);
    bar.append(title, button(say("放大 +", "Zoom in +"), () => act("in")), button(say("缩小 −", "Zoom out −"), () => act("out")),
      button(say("旋转 O", "Rotate O"), () => act("turn")), button(say("关闭 Esc", "Close Esc"), () => viewer.close()));
    viewer.append(bar, stage);
    document.body.append(viewer);
    viewer.addEventListener("close", () => { shown = ""; });
    stage.addEventListener("wheel", (event) => { event.preventDefault(); act(event.deltaY < 0 ? "in" : "out"); }, { passive: false });
    stage.addEventListener("pointerdown", (event) => {
      const from = [event.clientX - x, event.clientY - y];
      const move = (to) => { x = to.clientX - from[0]; y = to.clientY - from[1]; place(); };
      stage.setPointerCapture(event.pointerId);
      stage.addEventListener("pointermove", move);
      stage.addEventListener("pointerup", () => stage.removeEventListener("pointermove", move), { once: true });
    });
  }

  function open(link) {
    if (!viewer) build();
    if (shown === link.dataset.photo && viewer.open) { viewer.close(); return; }
    shown = link.dataset.photo;
    image.src = link.dataset.large;
    image.alt = link.dataset.caption;
    title.textContent = `${link.dataset.photo} · ${link.dataset.caption}`;
    reset();
    if (!viewer.open) viewer.showModal();
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-photo]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(link);
  });

  document.addEventListener("keydown", (event) => {
    if (!viewer || !viewer.open || event.ctrlKey || event.metaKey || event.altKey) return;
    const key = event.key.toLowerCase();
    if (key === "+" || key === "=") act("in");
    else if (key === "-") act("out");
    else if (key === "o") act("turn");
    else if (key === "r") {
      const choice = document.querySelector(`[data-retake="${shown}"]`);
      viewer.close();
      if (choice) choice.focus();
    } else if (key === "a" || key === "j" || key === "k") { viewer.close(); return; }
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);

  /* The form follows the choice: the fitting grade of the only other side, and whether a reason is due. */
  const OTHER = { full: "none", none: "full", primary: "secondary", secondary: "primary", equal: "equal" };

  function isAsProposed(form) {
    const proposed = [...form.querySelectorAll("[data-proposed]")];
    return proposed.length > 0 && proposed.every((radio) => radio.checked);
  }

  function follow(form) {
    form.querySelectorAll("[data-conduct]").forEach((field) => {
      const chosen = form.querySelector(`input[name="${field.dataset.conduct}"]:checked`);
      field.hidden = !chosen || chosen.value === "none";
    });
    const isSame = isAsProposed(form), reason = form.querySelector("[data-override]");
    if (!form.querySelector("[data-proposed]")) return;
    reason.hidden = isSame;
    form.querySelector("[data-when-same]").hidden = !isSame;
    form.querySelector("[data-when-other]").hidden = isSame;
  }

  document.addEventListener("change", (event) => {
    const radio = event.target;
    if (!radio.name || !radio.name.startsWith("grade_")) return;
    const form = radio.form, groups = form.querySelectorAll("[role=radiogroup]");
    if (groups.length === 2) {
      const other = form.querySelector(`[role=radiogroup] input[value="${OTHER[radio.value]}"]:not([name="${radio.name}"])`);
      if (other) other.checked = true;
    }
    follow(form);
  });
  const prepare = () => document.querySelectorAll("form.determine").forEach(follow);
  document.addEventListener("htmx:afterSettle", prepare);
  prepare();
})();
