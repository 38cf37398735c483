// The numbers behind a picture as a table, for those who want them exact or cannot see the picture.

import { figure } from "./written.js";

const MOST_ROWS = 200;

/** Return a number as it is written, a word as it is, a gap as a dash. */
function shown(value) {
  if (value === null || value === undefined) return "–";
  return typeof value === "number" ? figure(value) : String(value);
}

function row(cells, tag) {
  const made = document.createElement("tr");
  for (const cell of cells) {
    const one = document.createElement(tag);
    if (tag === "th") one.scope = "col";
    one.textContent = cell;
    made.append(one);
  }
  return made;
}

/** The rows of one frame; of the marks on a series only those that stand there. */
function rowsOf(table, frame, place) {
  const rows = table.rowsAt(frame);
  if (table.kind !== "series" || place === 0) return rows;
  return rows.filter((one) => table.moving.some(({ name }) => one[name] !== null));
}

function tableOf(rows, caption) {
  const names = Object.keys(rows[0]);
  const table = document.createElement("table");
  table.createCaption().textContent = caption;
  table.createTHead().append(row(names.map((name) => name.replaceAll("_", " ")), "th"));
  table.createTBody().append(...rows.slice(0, MOST_ROWS).map((one) => row(names.map((name) => shown(one[name])), "td")));
  return table;
}

export class Numbers {
  constructor() {
    this.element = document.createElement("details");
    this.element.className = "numbers";
    this.summary = document.createElement("summary");
    this.body = document.createElement("div");
    this.body.tabIndex = 0; // so that the keyboard can scroll it
    this.body.setAttribute("role", "group");
    this.element.append(this.summary, this.body);
    this.element.addEventListener("toggle", () => this.draw());
  }

  /** Say of which picture these are the numbers. */
  name(title) {
    this.summary.textContent = "Numbers";
    this.summary.setAttribute("aria-label", `Numbers: ${title}`);
    this.body.setAttribute("aria-label", `Numbers: ${title}`);
  }

  /** Show the rows of one frame, now if the table is open, else when it is opened. */
  show(tables, frame, step) {
    this.wanted = { tables, frame, step };
    this.draw();
  }

  draw() {
    if (!this.element.open || !this.wanted) return;
    const { tables, frame, step } = this.wanted;
    const made = tables.map((table, place) => [table, rowsOf(table, frame, place)]).filter(([, rows]) => rows.length);
    this.body.replaceChildren(
      ...made.map(([, rows]) => {
        const more = rows.length > MOST_ROWS ? `, the first ${MOST_ROWS} of ${rows.length} rows` : "";
        return tableOf(rows, `After ${figure(step)} updates${more}`);
      }),
    );
  }
}
