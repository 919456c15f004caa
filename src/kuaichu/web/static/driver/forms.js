// The plate keyboard, the draft of a form, and "none of these" among boxes. Forms are whole without it.
(function () {
  const PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼";
  const SIGNS = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ学警挂港澳使领";

  document.querySelectorAll("[data-plate]").forEach(field => {
    const [province, back, done, system] = field.dataset.plate.split("|");
    const keys = document.createElement("div");
    keys.className = "keys";
    keys.hidden = true;
    keys.setAttribute("role", "group");
    keys.setAttribute("aria-label", province);
    field.insertAdjacentElement("afterend", keys);
    field.inputMode = "none";
    let isNative = false;

    function key(text, act, css) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = text;
      if (css) button.className = css;
      button.addEventListener("mousedown", event => event.preventDefault()); // the field keeps the cursor
      button.addEventListener("click", act);
      keys.appendChild(button);
    }
    function draw() {
      keys.textContent = "";
      Array.from(field.value ? SIGNS : PROVINCES).forEach(sign => key(sign, () => put(field.value + sign)));
      key("⌫", () => put(Array.from(field.value).slice(0, -1).join("")), "two");
      keys.lastChild.setAttribute("aria-label", back);
      key(system, () => { isNative = true; keys.hidden = true; field.inputMode = "text"; field.blur(); field.focus(); }, "two");
      key(done, () => { keys.hidden = true; }, "two");
    }
    function put(text) {
      if (Array.from(text).length > 8) return;
      const wasEmpty = !field.value;
      field.value = text;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      if (wasEmpty !== !text) draw();
      const kind = document.getElementById("plate_kind");
      if (kind && Array.from(text).length === 8 && kind.value === "02") kind.value = "52";
    }
    field.addEventListener("focus", () => { if (!isNative) { draw(); keys.hidden = false; } });
  });

  document.querySelectorAll("[data-alone]").forEach(group => {
    const boxes = Array.from(group.querySelectorAll("input"));
    group.addEventListener("change", event => {
      const isAlone = event.target.value === group.dataset.alone;
      if (!event.target.checked) return;
      boxes.forEach(box => { if (box !== event.target && (isAlone || box.value === group.dataset.alone)) box.checked = false; });
    });
  });

  // Personal data: this tab only (never localStorage: a phone may be lent, and a draft must not outlive the moment), gone
  // when the server has it (driver.js) or the tab closes.
  document.querySelectorAll("form[data-draft]").forEach(form => {
    const name = "draft:" + form.dataset.draft;
    const fields = Array.from(form.elements).filter(field => field.name && field.type !== "hidden");
    const read = () => fields.map(field => field.type === "checkbox" ? field.checked : field.value);
    try {
      const kept = JSON.parse(sessionStorage.getItem(name) || "null");
      const isFresh = !fields.some(field => field.tagName === "INPUT" && field.type !== "checkbox" && field.value);
      if (kept && isFresh && kept.length === fields.length) {
        fields.forEach((field, number) => {
          if (field.type === "checkbox") field.checked = kept[number];
          else field.value = kept[number];
        });
      }
      form.addEventListener("input", () => sessionStorage.setItem(name, JSON.stringify(read())));
    } catch (error) { /* nothing is kept in private windows */ }
  });
})();
