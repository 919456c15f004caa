// Every driver page works without this. It stops double taps, keeps waiting pages fresh, and shows a refusal first.
(function () {
  const main = document.getElementById("main");
  const refusal = document.getElementById("refusal") || main.querySelector("[aria-invalid=true]");
  if (refusal) refusal.focus();

  // With very large text the buttons would cover the page: then they stand at its end.
  function settle() {
    document.querySelectorAll(".dock").forEach(dock => dock.classList.toggle("flow", dock.offsetHeight > innerHeight * 0.42));
  }
  addEventListener("resize", settle);
  settle();

  function free(form) {
    delete form.dataset.sent;
    form.querySelectorAll("button").forEach(button => { button.disabled = false; });
  }
  document.addEventListener("submit", event => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post") return;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "1";
    // Later, so that the name of the pressed button is still sent.
    setTimeout(() => form.querySelectorAll("button").forEach(button => { button.disabled = true; }));
    setTimeout(free, 15000, form);
  });
  addEventListener("pageshow", event => event.persisted && document.querySelectorAll("form").forEach(free));

  const saved = document.querySelector("[data-saved]");
  try { if (saved) sessionStorage.removeItem("draft:" + saved.dataset.saved); } catch (error) { /* private window */ }

  if (!main.dataset.poll) return;
  let etag = "", version = "", failures = 0, isDirty = false;
  main.addEventListener("input", () => { isDirty = true; });

  function later() {
    clearTimeout(later.timer);
    later.timer = setTimeout(look, Math.min(3000 * (1 + failures), 15000));
  }
  function look() {
    if (document.hidden) return later();
    fetch(main.dataset.poll, { headers: etag ? { "If-None-Match": etag } : {}, cache: "no-store", credentials: "same-origin" })
      .then(response => {
        offline(false);
        if (response.status !== 200) return;
        return response.json().then(state => {
          const isNews = version && version !== state.version;
          return Promise.resolve(isNews && refresh()).then(() => {
            etag = response.headers.get("ETag") || "";
            version = state.version;
          });
        });
      })
      .catch(() => offline(true))
      .then(later);
  }
  function offline(isOff) {
    failures = isOff ? failures + 1 : 0;
    const note = document.getElementById("offline");
    if (note) note.hidden = failures < 2;
  }
  function refresh() {
    return fetch(location.href, { cache: "no-store", credentials: "same-origin" }).then(response => {
      if (response.redirected && new URL(response.url).pathname !== location.pathname && !isDirty) {
        return location.replace(response.url);
      }
      if (response.status >= 500) throw response; // away for a moment: this page stays, and asks again
      return response.text().then(swap);
    });
  }
  function swap(html) {
    const fresh = new DOMParser().parseFromString(html, "text/html").getElementById("main");
    if (!fresh) return location.reload();
    if (isDirty || main.querySelector("form[data-draft]")) {
      const live = main.querySelector("#live"), news = fresh.querySelector("#live");
      if (live && news && live.innerHTML !== news.innerHTML) live.innerHTML = news.innerHTML;
      return;
    }
    const before = main.querySelector("h1"), opened = Array.from(main.querySelectorAll("details"), one => one.open);
    const words = before && before.textContent;
    main.innerHTML = fresh.innerHTML;
    main.querySelectorAll("details").forEach((one, number) => { if (opened[number]) one.open = true; });
    settle();
    const heading = main.querySelector("h1");
    if (heading && heading.textContent !== words) { heading.tabIndex = -1; heading.focus(); }
  }
  const alarm = main.dataset.alarm - main.dataset.now;
  if (alarm > 0 && alarm < 3600) setTimeout(refresh, alarm * 1000 + 1500);
  addEventListener("online", look);
  document.addEventListener("visibilitychange", () => document.hidden || look());
  look();
})();
