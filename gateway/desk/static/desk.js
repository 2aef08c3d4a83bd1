// Rows that change in place, a notice for new ones, clocks, and keys. The pages work without it.
"use strict";
(() => {
  const body = document.body;
  const $ = (id) => document.getElementById(id);
  const rows = $("rows");

  // time: the gateway's, carried on by ours where its clock is the real one
  let offset = 0;
  let virtual = false;
  let stood = 0;
  function setNow(iso, isVirtual) {
    virtual = isVirtual;
    stood = Date.parse(iso);
    offset = stood - Date.now();
  }
  const now = () => (virtual ? stood : Date.now() + offset);
  const formats = {};
  function clock(zone, at) {
    formats[zone] ??= new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour12: false, hour: "2-digit", minute: "2-digit", second: "2-digit" });
    return formats[zone].format(at);
  }
  function span(milliseconds) {
    const s = Math.max(0, Math.floor(milliseconds / 1000));
    if (s < 60) return `${s} s`;
    if (s < 3600) return `${Math.floor(s / 60)} min`;
    if (s < 86400) {
      const minutes = Math.floor(s / 60) % 60;
      return `${Math.floor(s / 3600)} h${minutes ? " " + String(minutes).padStart(2, "0") : ""}`;
    }
    return `${Math.floor(s / 86400)} d`;
  }
  function put(element, text) {
    if (element.textContent !== text) element.textContent = text;
  }
  function tick() {
    const at = now();
    for (const t of document.querySelectorAll("time[data-zone]")) put(t, clock(t.dataset.zone, at));
    for (const t of document.querySelectorAll("time[data-since]")) put(t, span(at - Date.parse(t.dataset.since.replace(" UTC", "Z").replace(" ", "T"))));
  }
  const clocks = document.querySelector(".clocks");
  if (clocks) {
    setNow(clocks.dataset.now, clocks.dataset.virtual === "1");
    setInterval(tick, 1000);
  }

  // what the gateway tells
  const fresh = new Set();
  const parser = document.createElement("template");
  function replaceRow(id, html) {
    const old = $(`i-${id}`);
    if (!old) return;
    parser.innerHTML = html.trim();
    const row = parser.content.firstElementChild;
    for (const kept of ["at", "picked"]) if (old.classList.contains(kept)) row.classList.add(kept);
    row.classList.add("touched");
    const held = old.contains(document.activeElement);
    old.replaceWith(row);
    if (held) row.querySelector("a").focus({ preventScroll: true });
  }
  function news() {
    const notice = $("news");
    if (!notice || !fresh.size) return;
    notice.hidden = false;
    const text = `${fresh.size} ${fresh.size === 1 ? "update" : "updates"}`;
    put(notice.firstElementChild, text);
    put($("said"), `${text} waiting`);
  }
  function hear(said) {
    if (said.rows && body.dataset.screen === "one") {
      $("stale").hidden = false;
    } else if (said.rows) {
      for (const [id, html] of Object.entries(said.rows)) replaceRow(id, html);
      for (const id of said.left) $(`i-${id}`)?.classList.add("left");
      for (const id of said.new) if (!$(`i-${id}`)) fresh.add(id);
      if (said.behind) fresh.add("others");
      news();
    }
    if (said.strip) {
      $("strip").innerHTML = said.strip;
      setNow(said.board.now, said.board.virtual);
      for (const count of document.querySelectorAll("[data-count]")) put(count, String(said.board.tabs[count.dataset.count] ?? 0));
    }
    tick();
  }
  function line(on) {
    const state = $("state-of-line");
    if (!state) return;
    state.className = on ? "live on" : "live off";
    put(state.lastElementChild, on ? "live" : "connection lost, trying again");
  }
  let source;
  function listen(ids, from) {
    source?.close();
    const mine = new EventSource(`${body.dataset.live}&ids=${ids}&from=${from}`);
    source = mine;
    mine.onopen = () => line(true);
    mine.onmessage = (event) => hear(JSON.parse(event.data));
    mine.onerror = () => {
      line(false);
      if (mine.readyState === EventSource.CLOSED) setTimeout(() => source === mine && listen(ids, from), 3000);
    };
  }
  if (body.dataset.live) {
    if (!rows) listen(body.dataset.ids, body.dataset.from);
    addEventListener("pagehide", () => source?.close());
    addEventListener("pageshow", (event) => event.persisted && location.reload());
  }

  // filters show at once
  const filters = $("filters");
  if (filters) {
    filters.addEventListener("change", (event) => event.target.type !== "search" && filters.requestSubmit());
    filters.addEventListener("submit", () => {
      for (const field of filters.elements) if (field.name && !field.value) field.disabled = true;
    });
    addEventListener("pageshow", () => {
      for (const field of filters.elements) field.disabled = false;
    });
  }

  // what is printed stands in the audit trail
  addEventListener("beforeprint", () => {
    const form = document.querySelector("form.who");
    if (!form) return;
    const said = new URLSearchParams({ token: form.elements.token.value, page: location.pathname + location.search });
    navigator.sendBeacon("/printed", said);
  });

  // keys
  const at = () => rows?.querySelector("tr.at");
  function select(row) {
    if (!row?.dataset.href) return;
    at()?.classList.remove("at");
    row.classList.add("at");
    row.scrollIntoView({ block: "nearest" });
    row.querySelector("a")?.focus({ preventScroll: true });
  }
  rows?.addEventListener("click", (event) => {
    const row = event.target.closest("tr");
    if (!row || getSelection().toString()) return;
    if (!event.target.closest("a")) location.href = row.dataset.href;
  });
  rows?.addEventListener("focusin", (event) => select(event.target.closest("tr")));
  const help = $("help");
  $("help-open")?.addEventListener("click", () => help.showModal());
  const moves = {
    "/": () => ($("search") ? $("search").focus() : (location.href = "/")),
    j: () => select(at() ? at().nextElementSibling : rows?.querySelector("tr[data-href]")),
    k: () => select(at() ? at().previousElementSibling : [...(rows?.querySelectorAll("tr[data-href]") ?? [])].pop()),
    p: () => print(),
    Enter: () => at() && (location.href = at().dataset.href),
    "?": () => help?.showModal(),
    u: () => location.assign(body.dataset.screen === "one" ? location.pathname : $("news")?.href ?? location.href),
    Escape: () => {
      const back = $("back");
      if (back) history.length > 1 && document.referrer.startsWith(location.origin) ? history.back() : (location.href = back.href);
      else at()?.classList.remove("at");
    },
  };
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || help?.open) return;
    const typing = event.target.closest?.("input, select, textarea");
    if (typing) {
      if (event.key === "Escape") typing.blur();
      return;
    }
    if (event.key === "Enter" && event.target.closest("a, button, summary")) return;
    const button = document.querySelector(`a[data-key="${CSS.escape(event.key)}"]`);
    const asked = at() && body.dataset.actions && JSON.parse(body.dataset.actions)[event.key];
    const move = button ? () => button.click() : moves[event.key] ?? (asked && (() => (location.href = `${at().dataset.href}/${asked}`)));
    if (!move) return;
    event.preventDefault();
    move();
  });
  window.desk = { listen, at, say: (text) => put($("said"), text), moves };
})();
