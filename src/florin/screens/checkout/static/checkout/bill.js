// Keeps an open bill true, and says so when its amount changes. Nothing here is needed to pay.
(() => {
  "use strict";
  const SHORTEST = 4000;
  const LONGEST = 30000;
  const HOLD = 1500; // after a change, Pay waits until the new amount can have been read
  const body = document.body;
  const news = document.getElementById("news");
  let pause = SHORTEST;
  let timer = 0;
  let heldUntil = 0;
  let leaving = false;

  const bill = () => document.getElementById("bill");

  function plan() {
    clearTimeout(timer);
    if (!document.hidden && !leaving && bill().dataset.state !== "void") timer = setTimeout(look, pause);
  }

  async function look() {
    const shown = bill();
    try {
      const answer = await fetch(`${shown.dataset.now}?v=${shown.dataset.version}`);
      if (answer.status === 404) return location.reload();
      if (answer.status === 200 && !leaving) {
        show(shown, await answer.text());
        pause = SHORTEST;
      } else {
        pause = Math.min(pause * 1.25, LONGEST);
      }
    } catch {
      pause = Math.min(pause * 2, LONGEST);
    }
    plan();
  }

  function show(shown, html) {
    const next = new DOMParser().parseFromString(html, "text/html").getElementById("bill");
    if (!next) return;
    const at = document.activeElement && document.activeElement.id;
    const was = shown.dataset;
    const is = next.dataset;
    for (const fold of next.querySelectorAll("details")) {
      const same = document.getElementById(fold.id);
      if (same) fold.open = same.open;
    }
    const chosen = shown.querySelector("[name=method]:checked");
    const again = chosen && next.querySelector(`#${chosen.id}`);
    if (again) again.checked = true;
    shown.replaceWith(next);
    if (at && next.querySelector(`#${CSS.escape(at)}`)) document.getElementById(at).focus({ preventScroll: true });
    if (is.state !== was.state) {
      news.textContent = (next.querySelector(".state") || next.querySelector("h1")).textContent.trim();
    } else if (is.amount !== was.amount) {
      next.classList.add("changed");
      news.textContent = body.dataset.changed.replace("{old}", was.amount).replace("{new}", is.amount);
    }
    hold(next.querySelector("#pay"));
  }

  function hold(button) {
    heldUntil = performance.now() + HOLD;
    if (!button) return;
    button.setAttribute("aria-disabled", "true");
    setTimeout(() => button.removeAttribute("aria-disabled"), HOLD);
  }

  document.addEventListener("submit", (event) => {
    const pays = event.target.id !== "fresh-form"; // asking for a new link commits to no amount
    if (leaving || (pays && performance.now() < heldUntil)) return event.preventDefault();
    leaving = true;
    setTimeout(() => { leaving = false; plan(); }, 10000);
  });
  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (!document.hidden) { pause = SHORTEST; look(); }
  });
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  plan();

  // A person, not a scanner: an input of their own, after the page was before them for a second.
  if (!body.dataset.opened) return;
  const signs = ["pointermove", "pointerdown", "keydown", "touchstart", "wheel"];
  let since = performance.now();
  document.addEventListener("visibilitychange", () => { since = performance.now(); });
  const listen = () => { for (const sign of signs) addEventListener(sign, seen, { passive: true }); };
  function seen(event) {
    const still = event.type === "pointermove" && !event.movementX && !event.movementY;
    if (!event.isTrusted || still || document.hidden || performance.now() - since < 1000) return;
    for (const sign of signs) removeEventListener(sign, seen);
    fetch(body.dataset.opened, { method: "POST", keepalive: true }).catch(listen);
  }
  listen();
})();
