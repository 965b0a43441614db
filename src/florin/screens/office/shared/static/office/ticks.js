// Ticks stay in the address, so that Back, a search and other pages bring them along.
"use strict";

(() => {
  const MOST = 200; // as in open_invoices_choice.py: an address has room for so many

  const keep = () => {
    const list = document.querySelector("[data-ticks]");
    if (!list) return;
    const boxes = list.querySelectorAll("input[name=kept], .tick-cell input:checked:enabled");
    const keys = [...new Set([...boxes].map((box) => box.value.replaceAll("-", "")))];
    const all = list.querySelector("input[name=all]")?.value;
    const address = new URL(location.href);
    address.searchParams.delete("chosen");
    address.searchParams.delete("all");
    if (all) address.searchParams.set("all", all);
    else if (keys.length && keys.length <= MOST) address.searchParams.set("chosen", keys.join(","));
    if (address.href !== location.href) history.replaceState(history.state, "", address);
    for (const field of document.querySelectorAll("[data-chosen]")) field.value = address.searchParams.get("chosen") ?? "";
  };

  document.addEventListener("change", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-ticks]")) keep();
  });
  document.addEventListener("htmx:afterSettle", keep);

  // Headings and pages of the same list take the ticks along.
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest("[data-ticks] a, .pager a");
    const chosen = new URL(location.href).searchParams.get("chosen");
    if (!link || link.pathname !== location.pathname) return;
    const address = new URL(link.href);
    if (chosen) address.searchParams.set("chosen", chosen);
    else address.searchParams.delete("chosen");
    link.href = address.href;
  }, true);
})();
