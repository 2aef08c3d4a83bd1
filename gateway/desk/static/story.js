// The story bar follows the story; its buttons act without leaving the page. It works without it, page by page.
"use strict";
(() => {
  const bar = document.getElementById("story");
  if (!bar) return;
  let shown = null;
  function draw(html) {
    if (html === shown) return;
    shown = html;
    const held = bar.contains(document.activeElement) ? document.activeElement.id : "";
    bar.innerHTML = html;
    if (held) document.getElementById(held)?.focus({ preventScroll: true });
    bar.hidden = !bar.querySelector(".told");
  }
  async function look() {
    try {
      const answer = await fetch("/story", { headers: { Accept: "text/html" } });
      if (answer.ok && !answer.redirected) draw((await answer.text()).trim());
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
  setTimeout(look, 700);
})();
