// For call-takers: "/" goes to the search field, digits choose the picture with that number. Pages are whole without it.
(function () {
  const PAUSE_MS = 450; // time for a second digit
  let typed = "", waiting = 0;
  const list = document.querySelector("[data-digits]");
  const links = list ? Array.from(list.querySelectorAll("a")) : [];

  function go() {
    const link = links[Number(typed) - 1];
    typed = "";
    if (link) link.click();
  }
  document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
    const field = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (field) {
      event.preventDefault();
      field.focus();
      field.select();
    } else if (/^[0-9]$/.test(event.key) && links.length) {
      clearTimeout(waiting);
      typed += event.key;
      if (Number(typed) * 10 > links.length || typed.length > 1) go();
      else waiting = setTimeout(go, PAUSE_MS);
    }
  });
})();
