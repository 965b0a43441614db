// Ticks stay in the address, so that Back, a search and other pages bring them along. More of them than an
// address has room for stay in this tab, under a name that the address has.
"use strict";

(() => {
  const MOST = 200; // as MOST_IN_ADDRESS in selection.py
  const name = new URL(location.href).searchParams.get("ticks") ?? Date.now().toString(36);
  const key = (box) => box.value.replaceAll("-", "");

  const keep = () => {
    const list = document.querySelector("[data-ticks]");
    if (!list) return;
    const boxes = list.querySelectorAll("input[name=kept], .tick-cell input:checked:enabled");
    const keys = [...new Set([...boxes].map(key))];
    const all = list.querySelector("input[name=all]")?.value;
    const many = !all && keys.length > MOST;
    const address = new URL(location.href);
    for (const part of ["chosen", "all", "ticks"]) address.searchParams.delete(part);
    if (many) sessionStorage.setItem(`ticks-${name}`, keys.join(","));
    if (all) address.searchParams.set("all", all);
    else if (keys.length) address.searchParams.set(many ? "ticks" : "chosen", many ? name : keys.join(","));
    if (address.href !== location.href) history.replaceState(history.state, "", address);
    for (const field of document.querySelectorAll("[data-chosen]")) {
      field.name = many ? "ticks" : "chosen";
      field.value = address.searchParams.get(field.name) ?? "";
    }
  };

  // Set the ticks that only this tab knows: those of this page in their boxes, the others as the server writes them.
  const restore = () => {
    const list = document.querySelector("[data-ticks]");
    const kept = sessionStorage.getItem(`ticks-${new URL(location.href).searchParams.get("ticks")}`);
    if (!list || !kept) return false;
    const ticked = new Set(kept.split(","));
    for (const box of list.querySelectorAll(".tick-cell input:enabled")) box.checked = ticked.has(key(box));
    for (const box of list.querySelectorAll("input[name=kept], .tick-cell input")) ticked.delete(key(box));
    const fields = [...ticked].map((value) => Object.assign(document.createElement("input"), { type: "hidden", name: "kept", value }));
    (list.querySelector("#open-rows") ?? list).append(...fields);
    return true;
  };

  document.addEventListener("change", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-ticks]")) keep();
  });
  document.addEventListener("htmx:afterSettle", () => { restore(); keep(); });
  document.addEventListener("DOMContentLoaded", () => {
    const table = restore() && document.querySelector("[data-ticks] table");
    if (table) table.dispatchEvent(new Event("change", { bubbles: true })); // which adds them up
  });

  // Headings and pages of the same list take the ticks along.
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest("[data-ticks] a, .pager a");
    if (!link || link.pathname !== location.pathname) return;
    const [here, address] = [new URL(location.href).searchParams, new URL(link.href)];
    for (const part of ["chosen", "ticks"]) {
      if (here.has(part)) address.searchParams.set(part, here.get(part));
      else address.searchParams.delete(part);
    }
    link.href = address.href;
  }, true);
})();
