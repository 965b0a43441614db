// One menu for all rows of a list: a row's button tells it what can be done with that row, and where.
// Without this file the button leads to the row's own page, which offers all of it too.
"use strict";

const rowMenu = document.getElementById("row-menu");
let rowButton = null;

function prepareButtons() {
  for (const button of document.querySelectorAll("button[form='row-page']")) {
    button.type = "button";
    button.popoverTargetElement = rowMenu;
  }
}

function fillRowMenu(button) {
  for (const link of rowMenu.querySelectorAll("[data-act]")) {
    const path = button.dataset[link.dataset.act];
    link.hidden = path === undefined;
    if (link.hidden) continue;
    link.href = new URL(path, button.formAction).pathname;
    if (link.hasAttribute("hx-get")) link.setAttribute("hx-get", link.pathname);
    link.querySelector("span").textContent = ` ${button.dataset.name}`;
  }
  htmx.process(rowMenu);
}

if ("popover" in rowMenu) {
  prepareButtons();
  document.addEventListener("htmx:afterSwap", prepareButtons);
}

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element && event.target.closest("button[form='row-page']");
  if (!button) return;
  // What follows opens a closed menu and closes an open one, whichever row it was opened for.
  if (button !== rowButton && rowMenu.matches(":popover-open")) rowMenu.hidePopover();
  rowButton = button;
  fillRowMenu(button);
});
