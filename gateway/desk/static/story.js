// The story bar follows the story; its buttons act without leaving the page. It works without it, page by page.
// The page follows too, until somebody goes elsewhere by himself: then a button takes it up again.
"use strict";
(() => {
  const bar = document.getElementById("story");
  if (!bar) return;
  const kept = sessionStorage;
  let shown = null;
  let led = false; // this page is being left because the story leads on
  const here = () => location.pathname + location.search;
  const follows = () => kept.getItem("story-alone") === null;
  const place = () => bar.querySelector(".goto a");
  if (kept.getItem("story-left") && kept.getItem("story-left") !== here()) kept.setItem("story-alone", "");
  addEventListener("pagehide", () => kept.setItem("story-left", led ? "" : here()));
  function lead() {
    const link = place();
    const busy = document.querySelector("main :focus:is(input, select, textarea), dialog[open]");
    if (!link || busy || !follows() || link.pathname + link.search === here()) return;
    if (bar.querySelector("[data-skipping]")) return;
    led = true;
    location.assign(link.href);
  }
  function dress() {
    const button = document.getElementById("story-follow");
    if (!button) return;
    button.hidden = false;
    button.setAttribute("aria-pressed", String(follows()));
  }
  function draw(html) {
    if (html === shown) return;
    shown = html;
    const held = bar.contains(document.activeElement) ? document.activeElement.id : "";
    bar.innerHTML = html;
    dress();
    if (held) document.getElementById(held)?.focus({ preventScroll: true });
    bar.hidden = !bar.querySelector(".told");
  }
  async function look() {
    try {
      const answer = await fetch("/story", { headers: { Accept: "text/html" } });
      if (answer.ok && !answer.redirected) draw((await answer.text()).trim());
      lead();
    } catch {
      // the gateway is away: the desk's own line says so
    }
    if (!bar.hidden) setTimeout(look, 700);
  }
  bar.addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = new FormData(event.target, event.submitter);
    await fetch("/story", { method: "POST", body: new URLSearchParams(form), redirect: "manual" });
    look();
  });
  bar.addEventListener("click", (event) => {
    if (event.target.id === "story-follow") {
      if (follows()) kept.setItem("story-alone", "");
      else kept.removeItem("story-alone");
      dress();
      lead();
    } else if (event.target.closest("a")) {
      led = true;
    }
  });
  dress();
  setTimeout(look, 700);
})();
