/* What every desk does: running clocks, keys, and new rows that announce themselves and wait for the reader.
   Works with htmx's events; without scripts every link and form works alone. */
(() => {
  "use strict";
  const isEnglish = document.documentElement.lang.startsWith("en");
  const $ = (selector) => document.querySelector(selector);

  function spell(ms) {
    const seconds = Math.floor(Math.abs(ms) / 1000), minutes = Math.floor(seconds / 60), hours = Math.floor(minutes / 60);
    const parts = hours >= 48 ? [Math.floor(hours / 24), isEnglish ? " d" : " 天"]
      : hours >= 1 ? [hours, isEnglish ? " h " : " 小时 ", minutes % 60, isEnglish ? " min" : " 分"]
        : [minutes, isEnglish ? " min " : " 分 ", String(seconds % 60).padStart(2, "0"), isEnglish ? " s" : " 秒"];
    return parts.join("");
  }

  /* data-since counts up, data-due counts down; data-amber and data-red are the moments when the colour changes. */
  function tick() {
    const now = Date.now() - skew;
    for (const clock of document.querySelectorAll("[data-clock]")) {
      const { since, due, amber, red } = clock.dataset;
      const left = due ? Date.parse(due) - now : 0;
      const text = !due ? spell(now - Date.parse(since))
        : left >= 0 ? (isEnglish ? spell(left) + " left" : "还剩 " + spell(left)) : (isEnglish ? spell(left) + " over" : "已超 " + spell(left));
      if (clock.textContent !== text) clock.textContent = text;
      const isRed = red && now >= Date.parse(red);
      clock.classList.toggle("clock--red", Boolean(isRed));
      clock.classList.toggle("clock--amber", Boolean(!isRed && amber && now >= Date.parse(amber)));
    }
  }
  /* The desk's own clock may be wrong: the page says what time it is at the server. */
  const served = document.querySelector("[data-served-at]");
  const skew = served ? Date.now() - Date.parse(served.dataset.servedAt) : 0;
  tick();
  setInterval(tick, 1000);

  function markCurrent() {
    for (const row of document.querySelectorAll("#rows .row")) {
      if (row.pathname === location.pathname) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
    }
  }

  function idsOf(list) {
    return new Map([...list.querySelectorAll("[data-id]")].map((row) => [row.dataset.id, row]));
  }

  function takeNews() {
    const fresh = $("#pulse [data-fresh]"), rows = $("#rows"), button = $("#news");
    if (!fresh || !rows) return;
    const empty = $("#queue-empty");
    rows.innerHTML = fresh.innerHTML;
    if (empty) empty.hidden = rows.children.length > 0;
    if (button) button.hidden = true;
    if (window.htmx) window.htmx.process(rows);
    markCurrent();
    tick();
  }

  function hearPulse() {
    for (const count of document.querySelectorAll("#pulse [data-count]")) {
      const shown = document.querySelector(`[data-tab="${count.dataset.count}"] .count`);
      if (shown) {
        shown.textContent = count.value;
        shown.classList.toggle("count--some", Number(count.value) > 0);
      }
    }
    const fresh = $("#pulse [data-fresh]"), rows = $("#rows"), button = $("#news");
    if (!fresh || !rows) return;
    const coming = idsOf(fresh), here = idsOf(rows);
    const added = [...coming.keys()].filter((id) => !here.has(id)).length;
    for (const [id, row] of here) row.firstElementChild.classList.toggle("row--gone", !coming.has(id));
    if (added && here.size === 0) { takeNews(); return; }
    if (button) {
      button.hidden = added === 0;
      const text = button.dataset.text.replace("#", added);
      if (added && button.textContent !== text) button.textContent = text;
    }
    const moved = $("#pulse [data-moved]"), notice = $("#moved");
    if (notice) notice.hidden = !moved;
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest("#news")) takeNews();
    const menu = document.querySelector("details.menu[open]");
    if (menu && !menu.contains(event.target)) menu.open = false;
    if (event.target.closest('a[href="#help"]')) { event.preventDefault(); $("#help").showModal(); }
    const shut = event.target.closest("[data-close]");
    if (shut) shut.closest("dialog").close();
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target.id === "pulse" && document.hidden) event.preventDefault();
  });
  document.addEventListener("htmx:afterSwap", (event) => { if (event.target.id === "pulse") hearPulse(); });
  /* What was pressed did not come: said where it is seen, gone with the next answer. The pulse tries again by itself. */
  const failed = (isFailed) => (event) => { if (event.target.id !== "pulse") $("#failed").hidden = !isFailed; };
  for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) document.addEventListener(name, failed(true));
  document.addEventListener("htmx:afterSwap", failed(false));
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id === "pulse") return;
    markCurrent();
    tick();
  });
  /* What can't be undone asks once more. Captured on the window, before htmx takes the form. */
  window.addEventListener("submit", (event) => {
    const question = event.target.dataset.confirm;
    if (question && !window.confirm(question)) { event.preventDefault(); event.stopImmediatePropagation(); }
  }, true);

  function step(by) {
    const rows = [...document.querySelectorAll("#rows .row")];
    const at = rows.findIndex((row) => row.hasAttribute("aria-current"));
    const next = rows[at < 0 ? (by > 0 ? 0 : rows.length - 1) : at + by];
    if (next) { next.click(); next.scrollIntoView({ block: "nearest" }); }
  }

  function press(key) {
    const target = document.querySelector(`[data-key="${key}"]:not([disabled])`);
    if (!target) return false;
    if (target.matches("input, textarea, select")) target.focus();
    else if (target.matches("details")) { target.open = true; (target.querySelector("input, select, textarea") || target).focus(); }
    else target.click();
    return true;
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const isTyping = event.target.matches("input:not([type=radio]):not([type=checkbox]), textarea, select");
    if (isTyping) { if (event.key === "Escape") event.target.blur(); return; }
    const key = event.key.toLowerCase(), help = $("#help");
    if (key === "?" && help) { if (help.open) help.close(); else help.showModal(); }
    else if (help && help.open) return;
    else if (key === "j") step(1);
    else if (key === "k") step(-1);
    else if (key === "n" && $("#news:not([hidden])")) takeNews();
    else if (!/^[a-z0-9/]$/.test(key) || !press(key)) return;
    event.preventDefault();
  });
  markCurrent();
})();
