"use strict";
(function () {
  const words = document.body.dataset;

  const button = document.getElementById("all-code");
  const parts = Array.from(document.querySelectorAll("details.code"));
  if (button) {
    button.hidden = parts.length === 0;
    button.addEventListener("click", function () {
      const open = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(open));
      button.textContent = open ? words.hide : words.show;
      parts.forEach(function (part) { part.open = open; });
    });
  }

  // On a narrow screen the contents would push the answer off the first screen.
  const fold = function (part, width) {
    const found = document.querySelector(part);
    if (found && window.matchMedia("(max-width: " + width + ")").matches) found.open = false;
  };
  fold(".contents details", "62rem");
  fold("details.pages", "40rem");

  // The rows of a table that a phone has no room for stand as cards, each figure behind the head of its column.
  const stack = function (part) {
    part.querySelectorAll(".scroll > table").forEach(function (table) {
      const room = table.parentElement;
      if (room.scrollWidth <= room.clientWidth + 1 || table.querySelector("tbody [rowspan]")) return;
      const heads = Array.from(table.querySelectorAll("thead tr:last-child > *"), (cell) => cell.textContent.trim());
      Array.from(table.tBodies[0].rows).forEach(function (row) {
        Array.from(row.cells).slice(1).forEach(function (cell, at) { cell.dataset.head = heads[at + 1]; });
      });
      table.classList.add("cards");
    });
  };
  if (window.matchMedia("(max-width: 40rem)").matches) {
    stack(document);
    document.addEventListener("toggle", function (event) { stack(event.target); }, true);
  }

  // On paper nothing can be opened.
  let closed = [];
  window.addEventListener("beforeprint", function () {
    closed = Array.from(document.querySelectorAll("main details:not([open]):not(.code):not(.messages)"));
    closed.forEach(function (part) { part.open = true; });
  });
  window.addEventListener("afterprint", function () {
    closed.forEach(function (part) { part.open = false; });
  });

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

  function save(address, name) {
    const link = document.createElement("a");
    link.href = address;
    link.download = name;
    link.click();
  }

  function savePng(image, name) {
    const canvas = document.createElement("canvas");
    canvas.width = 2 * (image.width || image.naturalWidth);
    canvas.height = 2 * (image.height || image.naturalHeight);
    const context = canvas.getContext("2d");
    context.fillStyle = "#fff";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    save(canvas.toDataURL("image/png"), name);
  }

  function offer(tools, text, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    made.addEventListener("click", function () { act(made); });
    tools.append(" ", made);
  }

  // Figures and tables can be saved, linked to and cited.
  const citation = document.getElementById("citation");
  const frozen = document.getElementById("frozen");
  document.querySelectorAll("figure[id], .out-table[id]").forEach(function (part) {
    const tools = part.querySelector(".tools");
    const image = part.matches("figure") && part.querySelector("img");
    if (image) {
      const svg = image.src.startsWith("data:image/svg");
      if (svg) offer(tools, words.svg, function () { save(image.src, part.dataset.name + ".svg"); });
      offer(tools, words.png, function () {
        const whole = new Image(image.width, image.height);
        whole.onload = function () { savePng(whole, part.dataset.name + ".png"); };
        whole.src = image.src;
      });
    }
    if (citation) {
      offer(tools, words.cite, function (made) {
        const named = part.querySelector("figcaption, caption");
        const address = (frozen || location).href.split("#")[0] + "#" + part.id;
        const text = [citation.textContent, named ? "“" + named.textContent.trim() + "”" : "", address].filter(Boolean).join(" ");
        navigator.clipboard.writeText(text).then(function () { made.textContent = words.copied; });
      });
    }
  });

  const table = document.getElementById("countries");
  if (table) {
    const plain = function (text) { return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase(); };
    const rows = Array.from(table.tBodies[0].rows);
    const texts = new Map(rows.map(function (row) { return [row, plain(row.textContent)]; }));
    const search = document.getElementById("search");
    const region = document.getElementById("region");
    const found = document.getElementById("found");
    const filter = function () {
      const wanted = plain(search.value).split(/\s+/).filter(Boolean);
      let shown = 0;
      rows.forEach(function (row) {
        const here = !region || !region.value || row.dataset.region === region.value;
        row.hidden = !here || !wanted.every(function (word) { return texts.get(row).includes(word); });
        shown += row.hidden ? 0 : 1;
      });
      found.textContent = found.dataset.text.replace("{shown}", shown).replace("{all}", rows.length);
    };
    search.addEventListener("input", filter);
    if (region) region.addEventListener("change", filter);
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
            : key(a).localeCompare(key(b), document.documentElement.lang);
          return down ? -order : order;
        });
        table.tBodies[0].append(...rows);
      });
    });
  }
})();
