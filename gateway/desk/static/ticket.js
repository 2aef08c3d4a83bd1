// The ticket checked while it is typed: what is wrong is marked, what is filled in stands greyed in its field.
"use strict";
(() => {
  const form = document.getElementById("ticket");
  const side = document.getElementById("check");
  const WAIT = 300;
  let timer = 0;
  let asked = 0;

  function mark() {
    const checked = document.getElementById("checked");
    if (!checked) return;
    const wrong = JSON.parse(checked.dataset.wrong);
    const filled = JSON.parse(checked.dataset.filled);
    for (const field of form.elements) {
      if (!field.name || field.type === "hidden") continue;
      const why = wrong[field.name];
      if (why && field.value) field.setAttribute("aria-invalid", "true");
      else field.removeAttribute("aria-invalid");
      field.title = why ?? "";
      if ("placeholder" in field && field.name in filled) field.placeholder = filled[field.name];
    }
  }

  async function check() {
    const mine = ++asked;
    try {
      const answer = await fetch("/tickets/check", { method: "POST", body: new URLSearchParams(new FormData(form)) });
      if (mine !== asked) return; // a newer one is on its way
      const text = await answer.text();
      if (answer.ok) side.innerHTML = text;
      else side.textContent = answer.status === 401 ? "Your session has ended; sign in again in another tab, then go on." : "This could not be checked; it is checked again as you type.";
      mark();
    } catch {
      side.textContent = "The gateway cannot be reached; what you typed stays.";
    }
  }

  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(check, WAIT);
  });
  for (const button of document.querySelectorAll(".no-script")) button.hidden = true;
  check();
})();
