// The menu beside the heading of a picture: the picture as PNG and SVG, its numbers as CSV. All are made in the browser.

import { icon } from "./icons.js";
import { csv, pixels, sheet, sourceOf } from "./sheet.js";

const KINDS = ["png", "svg", "csv"];
const STYLE = `
.files { position: relative; flex: none; }
.files > button, .files [role=menuitem] { color: inherit; font: inherit; background: transparent; border: 0; cursor: pointer; }
.files > button { display: grid; place-items: center; width: 2rem; height: 2rem; padding: 0; opacity: 0.75;
  border-radius: var(--st-button-radius, 0.4rem); }
.files > button:hover, .files > button[aria-expanded=true], .files [role=menuitem]:hover {
  opacity: 1; background: var(--st-secondary-background-color, #f1f5f9); }
.files button:focus-visible { outline: 2px solid var(--st-primary-color, #1d4ed8); outline-offset: -2px; opacity: 1; }
.files svg { width: 1.125rem; height: 1.125rem; fill: none; stroke: currentColor; stroke-width: 2;
  stroke-linecap: round; stroke-linejoin: round; }
.files [role=menu] { position: absolute; top: 100%; right: 0; z-index: 5; display: grid; min-width: 10rem; padding: 0.25rem;
  background: var(--st-background-color, #fff); border: 1px solid var(--st-border-color, #cbd5e1);
  border-radius: var(--st-base-radius, 0.4rem); box-shadow: 0 4px 16px rgba(0, 0, 0, 0.16); }
.files [role=menu][hidden] { display: none; }
.files [role=menuitem] { padding: 0.375rem 0.75rem; font-size: 0.875rem; line-height: 1.5; text-align: left; white-space: nowrap;
  border-radius: 0.25rem; }
@media print { .files { display: none; } }
`;

function save(content, type, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

const named = (...parts) => parts.filter(Boolean).join("-").toLowerCase().replace(/[^a-z0-9.]+/g, "-");

export class Files {
  /**
   * `take()` tells what the files hold when one is wanted: {title, name, caption, settings, legend, drawing, tables},
   * where `drawing()` gives what `sheet` takes and `tables()` gives [{name, rows}].
   */
  constructor(take) {
    this.take = take;
    this.element = document.createElement("div");
    this.element.className = "files";
    this.element.hidden = true;
    this.button = document.createElement("button");
    this.button.type = "button";
    this.button.setAttribute("aria-haspopup", "menu");
    this.button.append(icon("download"));
    this.menu = document.createElement("div");
    this.menu.setAttribute("role", "menu");
    this.items = KINDS.map((kind) => this.item(kind));
    this.menu.append(...this.items);
    const style = document.createElement("style");
    style.textContent = STYLE;
    this.element.append(style, this.button, this.menu);
    this.open(false);
    this.button.addEventListener("click", () => this.open(this.menu.hidden));
    this.element.addEventListener("keydown", (event) => this.key(event));
    this.element.addEventListener("focusout", (event) => {
      if (!this.element.contains(event.relatedTarget)) this.open(false);
    });
  }

  item(kind) {
    const made = document.createElement("button");
    made.type = "button";
    made.tabIndex = -1;
    made.setAttribute("role", "menuitem");
    made.dataset.kind = kind;
    made.addEventListener("click", async () => {
      this.open(false);
      this.button.focus();
      await this.make(kind);
    });
    return made;
  }

  /** Say whose files these are. */
  describe(origin, title) {
    this.origin = origin;
    this.element.hidden = !origin;
    if (!origin) return;
    const name = `${origin.words.menu}: ${title}`;
    this.button.setAttribute("aria-label", name);
    this.button.title = name;
    this.menu.setAttribute("aria-label", name);
    this.items.forEach((item) => (item.textContent = origin.words[item.dataset.kind]));
  }

  open(wanted) {
    this.menu.hidden = !wanted;
    this.button.setAttribute("aria-expanded", String(wanted));
    if (wanted) this.items[0].focus();
  }

  key(event) {
    const shown = !this.menu.hidden;
    const place = this.items.indexOf(event.target);
    if (event.key === "Escape" && shown) {
      this.open(false);
      this.button.focus();
      event.preventDefault();
    }
    const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (way && shown) this.items.at((place + way) % this.items.length).focus();
    else if (way) this.open(true);
    if (way) event.preventDefault();
    event.stopPropagation(); // the keys of a menu are its own
  }

  async make(kind) {
    const { title, name, caption, settings = [], legend, drawing, tables } = this.take();
    const file = `${named(this.origin.stem, name)}.${kind}`;
    if (kind === "csv") return save(csv(tables()), "text/csv;charset=utf-8", file);
    const told = [caption, [...this.origin.settings, ...settings].join(" · "), sourceOf(this.origin)];
    const svg = sheet(await drawing(), { title, told, legend });
    return kind === "svg" ? save(svg, "image/svg+xml", file) : save(await pixels(svg), "image/png", file);
  }
}
