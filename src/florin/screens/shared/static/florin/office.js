// The few things that HTML and HTMX cannot do by themselves. Every page works without this file.
"use strict";

const dialog = document.getElementById("dialog");

// A question that is a page of its own is sent as a page, not into the dialog.
for (const form of document.querySelectorAll(".step-page > form")) form.removeAttribute("hx-post");

// A fragment that was loaded into the dialog opens it.
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target === dialog && dialog.firstElementChild && !dialog.open) {
    dialog.showModal();
  }
});

document.addEventListener("click", (event) => {
  const target = event.target;
  if (!(target instanceof Element)) return;
  if (target.closest("[data-dismiss]")) {
    target.closest(".notice").remove();
  }
  if (target.closest("[data-close]") && dialog.open) {
    event.preventDefault();
    dialog.close();
  }
});

// A closed dialog forgets its content: the next opening is a new press.
dialog?.addEventListener("close", () => dialog.replaceChildren());

// What refreshes by itself rests while nobody looks.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden && event.detail.elt.matches("[data-refresh]")) event.preventDefault();
});

// What refreshes by itself says so: it is no work, and keeps no session alive.
document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.elt.matches("[data-refresh]")) event.detail.headers["Florin-Refresh"] = "true";
});

document.addEventListener("htmx:sendError", (event) => {
  const notices = document.getElementById("notices");
  if (event.detail.elt.matches("[data-refresh]") && notices.childElementCount) return;
  notices.replaceChildren(document.getElementById("connection-lost").content.cloneNode(true));
});

// A form is sent once, however often its button is pressed.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent && !form.hasAttribute("hx-post")) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  setTimeout(() => delete form.dataset.sent, 4000);
});
window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});

// Enter in a line of an order goes on to the next line instead of sending the order.
document.addEventListener("keydown", (event) => {
  const target = event.target;
  if (event.key === "Enter" && target instanceof HTMLInputElement && target.closest("#lines")) {
    event.preventDefault();
    const same = [...document.querySelectorAll(`#lines input[name="${target.name}"]`)];
    const next = same[same.indexOf(target) + 1];
    if (next) next.focus();
    else document.getElementById("add-line")?.click();
  }
});

// A new line is there to be typed into.
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.requestConfig?.elt?.id === "add-line") {
    const codes = document.querySelectorAll('#lines input[name="line-code"]');
    codes[codes.length - 1]?.focus();
  }
});
