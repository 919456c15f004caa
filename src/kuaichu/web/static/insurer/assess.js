/* The loss sheet: the total while typing, rows added and removed at once. Without scripts the server does both. */
(() => {
  "use strict";
  const fullWidth = /[\uff10-\uff19\uff0e\uff0c]/g;
  const narrow = (char) => String.fromCharCode(char.charCodeAt(0) - 0xfee0);

  function fen(text) {
    const cleaned = text.replace(fullWidth, narrow).replace(/[,\s¥￥元]/g, "");
    return /^\d+(\.\d{0,2})?$/.test(cleaned) ? Math.round(Number(cleaned) * 100) : 0;
  }

  function yuan(amount) {
    const whole = String(Math.floor(amount / 100)).replace(/\B(?=(\d{3})+$)/g, ",");
    return whole + "." + String(amount % 100).padStart(2, "0");
  }

  function sum(sheet) {
    const total = [...sheet.querySelectorAll("[data-lines] [data-amount]")].reduce((all, input) => all + fen(input.value), 0);
    sheet.querySelector("[data-total]").textContent = yuan(total);
  }

  /* Names count from 0 without gaps, so that the server reads the rows in the order they stand. */
  function number(sheet) {
    [...sheet.querySelectorAll("[data-lines] > [data-line]")].forEach((line, at) => {
      for (const field of line.querySelectorAll("[name^=line-]")) {
        field.name = field.name.replace(/^line-\w+-/, `line-${at}-`);
        const label = line.querySelector(`label[for="${field.id}"]`);
        field.id = field.id.replace(/\w+$/, String(at));
        if (label) label.htmlFor = field.id;
      }
      line.querySelector("[data-remove]").value = `remove-${at}`;
    });
  }

  function add(sheet) {
    const lines = sheet.querySelector("[data-lines]");
    lines.append(sheet.querySelector("template[data-row]").content.cloneNode(true));
    number(sheet);
    lines.lastElementChild.querySelector("select").focus();
  }

  function remove(sheet, line) {
    const next = line.nextElementSibling || line.previousElementSibling;
    line.remove();
    if (!sheet.querySelector("[data-line]")) add(sheet);
    number(sheet);
    sum(sheet);
    if (next) next.querySelector("[data-amount]").focus();
  }

  document.addEventListener("input", (event) => {
    const sheet = event.target.closest("[data-sheet]");
    if (sheet && event.target.matches("[data-amount]")) sum(sheet);
  });

  window.addEventListener("click", (event) => {
    const button = event.target.closest("[data-add], [data-remove]");
    const sheet = button && button.closest("[data-sheet]");
    if (!sheet) return;
    event.preventDefault();
    event.stopPropagation();
    if (button.matches("[data-add]")) add(sheet);
    else remove(sheet, button.closest("[data-line]"));
  }, true);
})();
