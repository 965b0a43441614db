// "Copy link": without this file the address can be selected and copied from its field.
"use strict";

const offer = () => {
  for (const button of document.querySelectorAll("[data-copy]")) button.hidden = !navigator.clipboard;
};
offer();
document.addEventListener("htmx:afterSettle", offer); // what refreshes by itself brings new buttons
document.addEventListener("htmx:oobAfterSwap", offer);

document.addEventListener("focusin", (event) => {
  if (event.target instanceof HTMLInputElement && event.target.closest(".copy-line")) event.target.select();
});

document.addEventListener("click", async (event) => {
  const button = event.target instanceof Element && event.target.closest("[data-copy]");
  if (!button) return;
  const text = button.querySelector("[data-copy-text]");
  const field = button.closest(".copy-line").querySelector("input");
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    field.focus(); // selected, so that the keyboard can copy it
    return;
  }
  const before = text.textContent;
  text.textContent = text.dataset.copied;
  setTimeout(() => { text.textContent = before; }, 2000);
});
