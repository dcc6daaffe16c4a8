/* Keys, the palette, copying. Every page can be read, and every form sent, without this file. */
"use strict";

const keysOff = () => localStorage.getItem("quarterdeck.keys") === "off";
const typing = (target) => target.closest?.("input, textarea, select, [contenteditable]");
const dialog = (id) => document.getElementById(id);

let announced;
function announce(words) {
  announced?.remove();
  announced = Object.assign(document.createElement("p"), { className: "toast", role: "status", textContent: words });
  document.body.append(announced);
  setTimeout(() => announced.remove(), 4000);
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    announce("Copied");
  } catch {
    announce("This browser does not let pages copy; select the text instead");
  }
}

function openPalette() {
  const palette = dialog("palette");
  if (!palette) return;
  palette.showModal();
  palette.querySelector("input").select();
}

/* Rows that j and k walk over; Enter opens the row's first link. */
function walk(step) {
  const scope = document.querySelector("dialog[open]") ?? document.getElementById("main");
  const rows = [...scope.querySelectorAll("[data-row]")];
  if (!rows.length) return;
  const now = rows.findIndex((row) => row.getAttribute("aria-selected") === "true");
  const next = Math.max(0, Math.min(rows.length - 1, now + step));
  rows[now]?.removeAttribute("aria-selected");
  rows[next].setAttribute("aria-selected", "true");
  rows[next].scrollIntoView({ block: "nearest" });
}

function openRow() {
  const row = document.querySelector('dialog[open] [data-row][aria-selected="true"]') ?? document.querySelector('[data-row][aria-selected="true"]');
  const link = row?.querySelector("a[href]");
  if (!link) return false;
  link.click();
  return true;
}

let waitingForPlace = false;
const single = {
  "/": openPalette,
  "?": () => dialog("keys")?.showModal(),
  g: () => { waitingForPlace = true; setTimeout(() => { waitingForPlace = false; }, 1200); },
  j: () => walk(1),
  k: () => walk(-1),
  a: () => document.querySelector("[data-annotate]")?.focus(),
  c: () => copy(document.querySelector("[data-pinned]")?.dataset.pinned ?? location.href),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const inPalette = event.target.closest?.("#palette");
  if (inPalette && event.key === "Escape") {
    // A search field would only clear itself.
    event.preventDefault();
    dialog("palette").close();
    return;
  }
  if (inPalette && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
    event.preventDefault();
    walk(event.key === "ArrowDown" ? 1 : -1);
    return;
  }
  if (event.key === "Enter" && (inPalette || !typing(event.target)) && !event.target.closest?.("a, button, summary")) {
    if (openRow()) event.preventDefault();
    return;
  }
  if (typing(event.target) || keysOff() || document.querySelector("dialog[open]")) return;
  if (waitingForPlace) {
    waitingForPlace = false;
    const way = document.querySelector(`[data-go="${CSS.escape(event.key)}"]`);
    if (way) { event.preventDefault(); way.click(); }
    return;
  }
  if (Object.hasOwn(single, event.key)) {
    event.preventDefault();
    single[event.key]();
  }
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-palette]") && dialog("palette")) {
    event.preventDefault();
    openPalette();
  }
  const copied = event.target.closest("[data-copy], [data-copy-of]");
  // What stands in a field now, not what it held when the page came.
  if (copied) copy(copied.dataset.copy ?? document.getElementById(copied.dataset.copyOf).value);
  if (event.target.matches("dialog")) event.target.close();
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
  if (event.target.id === "keys-off") localStorage.setItem("quarterdeck.keys", event.target.checked ? "off" : "on");
});

/* Browsers that size no field by its content: as many rows as lines, so that line numbers stay beside them. */
document.addEventListener("input", (event) => {
  if (event.target.matches("[data-lines]")) event.target.rows = event.target.value.split("\n").length + 3;
});

document.addEventListener("DOMContentLoaded", () => {
  const off = document.getElementById("keys-off");
  if (off) off.checked = keysOff();
});
