/* A call's own page: two digits say the class while its form is open. */
(() => {
  "use strict";
  const DIGIT_MS = 1500;
  let armed = 0, armedAt = 0;
  document.addEventListener("keydown", (event) => {
    const rows = [...document.querySelectorAll("details[open] .chip-row")];
    const isTyping = event.target.matches("input:not([type=radio]), textarea, select");
    if (!rows.length || isTyping || event.ctrlKey || event.metaKey || !/^[1-9]$/.test(event.key)) return;
    const number = Number(event.key), now = Date.now();
    for (const row of rows) row.classList.remove("chip-row--armed");
    if (armed && now - armedAt < DIGIT_MS) {
      const chip = rows[armed - 1].querySelectorAll("input")[number - 1];
      armed = 0;
      if (chip) { chip.checked = true; chip.focus(); }
    } else {
      armed = rows[number - 1] ? number : 0;
      armedAt = now;
      if (armed) rows[armed - 1].classList.add("chip-row--armed");
    }
    event.preventDefault();
    event.stopPropagation();
  }, true);
})();
