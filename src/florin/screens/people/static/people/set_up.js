// Proposes the time zone that the browser has, and sends the form once, however often its button is pressed.
(() => {
  "use strict";
  const form = document.getElementById("set-up");
  const zones = form.elements.time_zone;
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!zones.value && [...zones.options].some((option) => option.value === here)) zones.value = here;
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
  addEventListener("pageshow", () => delete form.dataset.sent);
})();
