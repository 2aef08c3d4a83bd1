// A long list: pages fetched as they come into sight, those far away let go, the stream told what is seen.
"use strict";
(() => {
  const rows = document.getElementById("rows");
  const sheet = rows.closest(".sheet");
  const pager = document.querySelector(".pager");
  const PAGES_KEPT = 5;
  const SEEN_MAX = 120;
  const MARGIN = 8; // rows beyond the edge that the stream hears of as well
  const { desk } = window;

  // pages in order: where each is fetched, what it holds while it is here, how high it was
  const nextOf = (page) => page.querySelector('a[rel="next"]')?.getAttribute("href") ?? "";
  const height = () => rows.querySelector("tr[data-href]")?.offsetHeight || 27;
  const pages = [{ href: location.pathname + location.search, from: document.body.dataset.from, rows: [...rows.children], tall: 0 }];
  let next = nextOf(document);
  let first = 0; // the pages [first, last] are here
  let last = 0;
  let busy = false;
  const [above, below] = ["beforebegin", "afterend"].map((where) => {
    const gap = document.createElement("tbody");
    gap.setAttribute("aria-hidden", "true");
    gap.className = "gap";
    gap.hidden = true;
    gap.insertRow().insertCell().colSpan = 99;
    rows.insertAdjacentElement(where, gap);
    return gap;
  });

  function space() {
    for (const [gap, from, to] of [[above, 0, first], [below, last + 1, pages.length]]) {
      const tall = pages.slice(from, to).reduce((sum, page) => sum + page.tall, 0);
      gap.hidden = !tall;
      gap.rows[0].cells[0].style.height = `${tall}px`;
    }
  }
  function letGo(page) {
    page.tall = page.rows.length * height();
    for (const row of page.rows) row.isConnected && row.remove();
    page.rows = [];
  }
  async function fetchPage(href) {
    const answer = await fetch(href, { credentials: "same-origin" });
    if (!answer.ok || answer.redirected) throw new Error(`${answer.status}`);
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  }
  async function load(index) {
    const page = pages[index] ?? { href: next, from: "", rows: [], tall: 0 };
    const found = await fetchPage(page.href);
    page.from = found.body.dataset.from;
    // a row that moved meanwhile may stand on two pages: the one on the screen stays
    page.rows = [...found.querySelectorAll("#rows > tr")].filter((row) => !document.getElementById(row.id)).map((row) => document.importNode(row, true));
    for (const row of page.rows) if (picked.has(row.id)) row.classList.add("picked");
    if (index === pages.length) {
      pages.push(page);
      next = nextOf(found);
    }
    return page;
  }
  async function extend() {
    if (busy) return;
    busy = true;
    try {
      const top = sheet.scrollTop - (above.hidden ? 0 : above.offsetHeight);
      const rest = sheet.scrollHeight - (below.hidden ? 0 : below.offsetHeight) - sheet.scrollTop - sheet.clientHeight;
      if (rest < sheet.clientHeight && (last + 1 < pages.length || next)) {
        const page = await load(last + 1);
        last += 1;
        rows.append(...page.rows);
        if (last - first >= PAGES_KEPT) letGo(pages[first++]);
        space();
      } else if (top < sheet.clientHeight && first > 0) {
        const page = await load(first - 1);
        first -= 1;
        rows.prepend(...page.rows);
        if (last - first >= PAGES_KEPT) letGo(pages[last--]);
        space();
      }
    } catch {
      pager && (pager.hidden = false); // the links below still work
      return;
    } finally {
      busy = false;
    }
    watchSoon();
    if (near()) extend();
  }
  const near = () => {
    const top = sheet.scrollTop - (above.hidden ? 0 : above.offsetHeight);
    const rest = sheet.scrollHeight - (below.hidden ? 0 : below.offsetHeight) - sheet.scrollTop - sheet.clientHeight;
    return (rest < sheet.clientHeight && (last + 1 < pages.length || next)) || (top < sheet.clientHeight && first > 0);
  };

  // what is seen: the stream is opened anew when it changes
  let told = "";
  function seen() {
    const box = sheet.getBoundingClientRect();
    const all = [...rows.querySelectorAll("tr[data-href]")];
    const edge = all.findIndex((row) => row.getBoundingClientRect().bottom > box.top);
    const from = Math.max(0, edge - MARGIN);
    return all.slice(from, from + Math.min(SEEN_MAX, Math.ceil(sheet.clientHeight / height()) + 2 * MARGIN));
  }
  function text(found) {
    const bytes = found.flatMap((row) => row.id.slice(2).replaceAll("-", "").match(/../g).map((two) => parseInt(two, 16)));
    return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  }
  function watch() {
    const found = seen();
    const ids = text(found);
    if (ids === told) return;
    told = ids;
    // drawn first of what is here: what happened since is told again, never missed
    const places = pages.slice(first, last + 1).map((page) => page.from);
    desk.listen(ids, places.reduce((one, other) => (earlier(other, one) ? other : one)));
  }
  // a place is lane-position pairs in hexadecimal; positions only grow
  const sum = (place) => place.split(".").reduce((n, pair) => n + parseInt(pair.split("-")[1] || "0", 16), 0);
  const earlier = (one, other) => sum(one) < sum(other);
  let settling;
  function watchSoon() {
    clearTimeout(settling);
    settling = setTimeout(watch, 200);
  }
  sheet.addEventListener("scroll", () => {
    if (near()) extend();
    watchSoon();
  }, { passive: true });
  addEventListener("resize", watchSoon);
  if (pager && !new URLSearchParams(location.search).has("after")) pager.hidden = true;
  watch();
  if (near()) extend();

  // x picks rows; what is picked can be exported by itself
  const picked = new Map();
  const bar = document.getElementById("picked");
  function show() {
    bar.hidden = !picked.size;
    bar.querySelector("b").textContent = picked.size;
    const sums = {};
    for (const [currency, amount] of picked.values()) if (currency) sums[currency] = (sums[currency] ?? 0n) + amount;
    bar.querySelector("span").textContent = Object.entries(sums).map(([currency, cents]) => `${currency} ${figure(cents)}`).join(" · ");
    for (const link of bar.querySelectorAll("a")) link.href = `/export/instructions.${link.dataset.kind}?ids=${text([...picked.keys()].map((id) => ({ id })))}`;
    desk.say(`${picked.size} picked`);
  }
  // in millionths, for money is never a float
  function figure(millionths) {
    const [whole, rest] = [millionths / 1000000n, String(millionths % 1000000n).padStart(6, "0")];
    return `${whole.toLocaleString("en-US")}.${rest.replace(/0{1,4}$/, "")}`;
  }
  function millionths(said) {
    const [whole, rest = ""] = said.split(".");
    return BigInt(whole) * 1000000n + BigInt(rest.padEnd(6, "0").slice(0, 6));
  }
  function pick(row) {
    if (!row) return;
    if (picked.delete(row.id)) row.classList.remove("picked");
    else {
      picked.set(row.id, [row.dataset.currency, millionths(row.dataset.amount || "0")]);
      row.classList.add("picked");
    }
    show();
  }
  desk.moves.x = () => pick(desk.at());
  document.getElementById("unpick").addEventListener("click", () => {
    for (const row of rows.querySelectorAll(".picked")) row.classList.remove("picked");
    picked.clear();
    show();
  });
})();
