/* Asks again and again what came in or was corrected, and hands it on: a call is to be seen within a second of being
   stored. Nothing new costs a 304; a page that nobody looks at doesn't ask. */

const EVERY_MS = 400, SLOW_MS = 5000;

/** `query()` gives the filter's query; `seen` is the state of the picture on the map (see `stateOf`); handlers do the rest. */
export function follow({ query, state, onStamp, onCalls, onReload, onLost }) {
  let isStopped = false, wait = EVERY_MS;
  async function ask() {
    if (isStopped) return;
    if (!document.hidden && state.mark) {
      const asked = state.mark, version = state.version;
      try {
        const answer = await fetch(`/command/live/?${query()}&after=${asked}`, { headers: { "X-Requested-With": "live" }, cache: "no-cache" });
        if (!answer.ok) throw new Error(String(answer.status));
        const news = await answer.json();
        if (state.mark === asked && state.version === version) take(news);
        wait = EVERY_MS;
        onLost(false);
      } catch (error) {
        wait = SLOW_MS;
        onLost(true);
      }
    }
    setTimeout(ask, wait);
  }
  function take(news) {
    if (news.reload) { onReload(); return; }
    const fresh = new Set(news.new.map(([id]) => id).filter((id) => !state.calls.has(id)));
    for (const [id, lon, lat] of news.new) if (fresh.has(id)) onStamp(lon, lat, 1);
    const named = news.calls.filter((call) => !state.calls.has(call.id));
    const known = new Set(named.map((call) => call.id));
    for (const [change, call, taken, added] of news.changed) {
      if (state.changes.has(change)) continue;
      state.changes.add(change);
      if (fresh.has(call) || known.has(call)) continue; // it came in as it is now
      for (const [lon, lat] of taken) onStamp(lon, lat, -1);
      for (const [lon, lat] of added) onStamp(lon, lat, 1);
    }
    for (const id of [...fresh, ...known]) state.calls.add(id);
    if (named.length) onCalls(named);
    state.mark = news.mark;
  }
  setTimeout(ask, wait);
  return () => { isStopped = true; };
}

/** What a picture from the server already holds. */
export function stateOf(header, version) {
  return { mark: header.mark, calls: new Set(header.calls), changes: new Set(header.changes), version };
}
