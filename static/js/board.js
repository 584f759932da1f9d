// Asks every half minute whether the list on this page has changed, and lets the page say so: "2 changes · Show".
// Rows never move by themselves. While a row is ticked, or nobody looks at the page, nothing is asked.
//
//   data-look        the region that htmx fills when it hears "look"; an empty answer (204) leaves it alone
//   data-look-lost   what it says when the answer does not come, so that nobody trusts an old list
"use strict";

(() => {
  const EVERY = 30_000;
  const region = () => document.querySelector("[data-look]");
  const isTicking = () => document.querySelector("main table input[type='checkbox']:checked") !== null;

  function look() {
    if (!document.hidden && !isTicking()) region()?.dispatchEvent(new CustomEvent("look"));
  }

  function lost(event) {
    if (event.target !== region()) return;
    region().textContent = region().dataset.lookLost;
  }

  setInterval(look, EVERY);
  // Whoever comes back to the page wants to know at once.
  document.addEventListener("visibilitychange", look);
  for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) document.addEventListener(name, lost);

  // The browser prints; a button for it is of use only where scripts run.
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => print());
  }
})();
