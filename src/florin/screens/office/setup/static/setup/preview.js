"use strict";

// Shows the preview again a moment after something was typed, as its buttons do without script.
(() => {
  const buttons = [...document.querySelectorAll("[data-preview]")];
  if (!buttons.length) return;
  const form = buttons[0].form;
  let shown = buttons[0];
  let timer;

  // A new frame has no history, so that Back still leads to the page before.
  const renewFrame = () => {
    const old = form.querySelector('iframe[name="preview"]');
    const fresh = old.cloneNode();
    fresh.removeAttribute("src");
    old.replaceWith(fresh);
  };
  const mark = () => {
    for (const button of buttons) button.setAttribute("aria-pressed", String(button === shown));
  };

  for (const button of buttons) {
    button.addEventListener("click", () => {
      shown = button;
      mark();
      renewFrame();
    });
  }
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      renewFrame();
      form.requestSubmit(shown);
    }, 700);
  });
  mark();
})();
