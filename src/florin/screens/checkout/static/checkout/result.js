// Asks what became of a payment until it is certain. Without it, the button "Check now" does the same.
(() => {
  "use strict";
  const LONGEST = 15000;
  const news = document.getElementById("news");
  let pause = 1000;
  let timer = 0;
  let asking = false;

  const result = () => document.getElementById("result");

  async function check() {
    const shown = result();
    if (asking || document.hidden || !shown.dataset.check) return;
    asking = true;
    clearTimeout(timer);
    try {
      const answer = await fetch(shown.dataset.check, { method: "POST", headers: { "X-Part": "1" } });
      if (answer.ok) show(shown, await answer.text());
    } catch {
      // away for a moment; asked again below
    }
    asking = false;
    pause = Math.min(pause * 1.4, LONGEST);
    if (result().dataset.check) timer = setTimeout(check, pause);
  }

  function show(shown, html) {
    const next = new DOMParser().parseFromString(html, "text/html").getElementById("result");
    if (!next) return;
    const at = document.activeElement && document.activeElement.id;
    const final = !next.dataset.check;
    shown.replaceWith(next);
    const heading = next.querySelector("h1");
    if (final) {
      heading.focus();
      news.textContent = "";
    } else if (at && next.querySelector(`#${CSS.escape(at)}`)) {
      document.getElementById(at).focus({ preventScroll: true });
    }
  }

  document.addEventListener("submit", (event) => { event.preventDefault(); pause = 1000; check(); });
  document.addEventListener("visibilitychange", check);
  check();
})();
