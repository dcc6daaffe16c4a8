/* Fields with a list of choices: it opens under the field and is searched while one types.
   Without this file the browser's own list of the field does. */
"use strict";

let open; // { field, list, options }

const plain = (text) => text.toLowerCase().replaceAll("_", " ");

function close() {
  if (!open) return;
  open.list.remove();
  open.field.setAttribute("aria-expanded", "false");
  open.field.removeAttribute("aria-activedescendant");
  open = undefined;
}

function mark(row) {
  for (const each of open.list.children) each.setAttribute("aria-selected", String(each === row));
  if (row) {
    open.field.setAttribute("aria-activedescendant", row.id);
    row.scrollIntoView({ block: "nearest" });
  } else {
    open.field.removeAttribute("aria-activedescendant");
  }
}

function show(field, everything) {
  const source = document.getElementById(field.dataset.list);
  close();
  if (!source?.options.length) return;
  const wanted = everything ? "" : plain(field.value.trim());
  const found = [...source.options].filter((option) => plain(`${option.value} ${option.label}`).includes(wanted));
  if (!found.length) return;
  const list = Object.assign(document.createElement("ul"), { className: "choices", id: `${field.id}_choices` });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", field.getAttribute("aria-label") ?? field.labels[0]?.textContent ?? "Choices");
  for (const [place, option] of found.entries()) {
    const row = Object.assign(document.createElement("li"), { id: `${list.id}_${place}`, textContent: option.value });
    row.setAttribute("role", "option");
    row.setAttribute("aria-selected", "false");
    row.dataset.value = option.value;
    if (option.textContent) row.append(Object.assign(document.createElement("small"), { textContent: option.textContent }));
    list.append(row);
  }
  field.after(list);
  field.setAttribute("aria-expanded", "true");
  field.setAttribute("aria-controls", list.id);
  open = { field, list };
}

function pick(row) {
  const field = open.field;
  close();
  if (field.value === row.dataset.value) return;
  field.value = row.dataset.value;
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

/* The browser's own list would lie over ours. */
function take(field) {
  if (field.dataset.list) return;
  field.dataset.list = field.getAttribute("list");
  field.removeAttribute("list");
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-expanded", "false");
}

const chosen = (event) => (event.target.matches?.("[data-choose]") ? event.target : undefined);

document.addEventListener("focusin", (event) => {
  const field = chosen(event);
  if (field) take(field);
  if (open && event.target !== open.field) close();
});
document.addEventListener("click", (event) => {
  const field = chosen(event);
  if (field) show(field, true);
  else if (open && !open.list.contains(event.target)) close();
});
document.addEventListener("input", (event) => {
  const field = chosen(event);
  if (field) show(field, false);
});
/* Before the field loses the focus, which would send what was typed. */
document.addEventListener("mousedown", (event) => {
  const row = open && event.target.closest?.(".choices li");
  if (!row) return;
  event.preventDefault();
  pick(row);
});
document.addEventListener("keydown", (event) => {
  if (event.altKey && (event.key === "ArrowUp" || event.key === "ArrowDown") && event.target.matches?.(".picked")) {
    const button = event.target.closest("li").querySelector(event.key === "ArrowUp" ? "[value^=up]" : "[value^=down]");
    if (button && !button.disabled) { event.preventDefault(); button.click(); }
    return;
  }
  const field = chosen(event);
  if (!field) return;
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    if (!open) show(field, true);
    if (!open) return;
    const rows = [...open.list.children];
    const now = rows.findIndex((row) => row.getAttribute("aria-selected") === "true");
    mark(rows[(now + (event.key === "ArrowDown" ? 1 : rows.length + (now < 0 ? 0 : -1))) % rows.length]);
  } else if (open && event.key === "Enter") {
    const row = open.list.querySelector('[aria-selected="true"]') ?? (open.list.children.length === 1 ? open.list.firstElementChild : undefined);
    if (row) { event.preventDefault(); pick(row); } else close();
  } else if (open && event.key === "Escape") {
    event.preventDefault();
    close();
  } else if (open && event.key === "Tab") {
    close();
  }
});
