"use strict";
(function () {
  const button = document.getElementById("all-code");
  const parts = Array.from(document.querySelectorAll("details.code"));
  if (button) {
    button.hidden = parts.length === 0;
    button.addEventListener("click", function () {
      const open = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(open));
      button.textContent = open ? "Hide code" : "Show code";
      parts.forEach(function (part) { part.open = open; });
    });
  }

  // On a narrow screen the contents would push the answer off the first screen.
  const contents = document.querySelector(".contents details");
  if (contents && window.matchMedia("(max-width: 62rem)").matches) contents.open = false;

  const here = document.querySelector(".masthead [aria-current]");
  if (here) here.parentElement.scrollLeft = here.offsetLeft - here.parentElement.offsetLeft - 16;

  function reveal() {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    for (let box = target.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
    target.setAttribute("tabindex", "-1");
    target.focus({ preventScroll: true });
    target.scrollIntoView();
  }
  window.addEventListener("hashchange", reveal);
  reveal();

  const search = document.getElementById("search");
  const table = document.getElementById("countries");
  if (search && table) {
    const rows = Array.from(table.tBodies[0].rows);
    const found = document.getElementById("found");
    search.addEventListener("input", function () {
      const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      rows.forEach(function (row) {
        const text = row.textContent.toLowerCase();
        row.hidden = !words.every(function (word) { return text.includes(word); });
        shown += row.hidden ? 0 : 1;
      });
      found.textContent = "Countries shown: " + shown + " of " + rows.length;
    });
    table.querySelectorAll("th button").forEach(function (head) {
      head.addEventListener("click", function () {
        const cell = head.closest("th");
        const down = cell.getAttribute("aria-sort") === "ascending";
        table.querySelectorAll("th[aria-sort]").forEach(function (th) { th.removeAttribute("aria-sort"); });
        cell.setAttribute("aria-sort", down ? "descending" : "ascending");
        const key = function (row) { return row.cells[cell.cellIndex].dataset.key || ""; };
        const numeric = cell.dataset.sort === "number";
        rows.sort(function (a, b) {
          const order = numeric
            ? Number(key(a)) - Number(key(b))
            : key(a).localeCompare(key(b), "en");
          return down ? -order : order;
        });
        table.tBodies[0].append(...rows);
      });
    });
  }
})();
