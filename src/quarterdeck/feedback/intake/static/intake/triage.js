/* Keys of the inbox: each presses the button, link or box that bears it. The page works without this file. */
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  // Within the list, not the page: what is read stays where it is.
  const list = document.querySelector(".list-pane");
  const row = list?.querySelector("[aria-current]");
  if (row) list.scrollTop = row.offsetTop - list.clientHeight / 3;
});

window.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const field = event.target.closest?.("input:not([type=checkbox], [type=radio]), textarea, select");
  if (event.key === "Escape" && field) { field.blur(); return; }
  if (field || localStorage.getItem("quarterdeck.keys") === "off" || document.querySelector("dialog[open]")) return;
  if (event.key === "Enter" && event.target.closest?.("a, button, summary")) return;
  const found = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!found) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const holder = found.closest("details");
  if (holder) holder.open = true;
  if (found.matches("input:not([type=checkbox]), select")) found.focus();
  else if (found.matches("summary")) holder.querySelector("input, select, button")?.focus();
  else found.click();
}, true);
