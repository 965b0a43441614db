// Menus in the rows of lists. They open and close without this file; it only puts the focus back.
"use strict";

document.addEventListener("click", (event) => {
  const menu = event.target instanceof Element && event.target.closest(".row-menu");
  // Closed before its dialog opens, the menu hands the focus to its button, and the dialog gives it back there.
  if (menu && event.target.closest("a")) menu.hidePopover();
});
