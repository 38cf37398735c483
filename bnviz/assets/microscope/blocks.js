// The tables on the stage: which there are, in which phase each appears, and how a table is built.

import { brief, element, pair } from "./dom.js";
import { averageOf, members } from "./formulas.js";

/** Groups of tables side by side; the tables of a group share their columns. */
export const GROUPS = [
  ["h", "mean", "var"],
  ["x_hat"],
  ["gamma", "beta", "y"],
  ["old_mean", "new_mean", "old_var", "new_var"],
  ["grad_y", "grad_beta", "grad_gamma"],
  ["grad_x", "sum_grad"],
];

export const PHASE_OF = {
  h: 1, mean: 2, var: 3, x_hat: 4, gamma: 5, beta: 5, y: 5, old_mean: 6, new_mean: 6, old_var: 6, new_var: 6,
  grad_y: 7, grad_beta: 8, grad_gamma: 9, grad_x: 10, sum_grad: 10,
};

/** Whether a phase does without these tables: those of the way back before it begins, moving averages but in theirs. */
export function isAside(blocks, phase) {
  const begin = Math.min(...blocks.map((block) => PHASE_OF[block]));
  if (begin === AVERAGES) return phase !== AVERAGES;
  return begin > AVERAGES && phase <= AVERAGES;
}

/** The table that a phase is about. */
export const MAIN = ["h", "mean", "var", "x_hat", "y", "new_mean", "grad_y", "grad_beta", "grad_gamma", "grad_x"];
export const MATRICES = new Set(["h", "x_hat", "y", "grad_y", "grad_x"]);

const SAID = new Set(["old_mean", "new_mean", "old_var", "new_var", "sum_grad"]); // the title has their number and shape

const AVERAGES = 6; // the phase of the moving averages, and the last one of the way forward

export const keyOf = (block, row, column) => `${block}:${row}:${column}`;

const shape = (m, block) => element("span", { className: "shape", textContent: m.shapes[block] });

/** Build one group of tables as one HTML table, so that columns stand under each other. */
export class Group {
  constructor(m, blocks) {
    this.blocks = blocks.filter((block) => m.values[block]);
    this.cells = new Map();
    this.heads = [];
    this.root = element("section", { className: "group" });
    if (!this.blocks.length) return;
    const title = element("h4", {}, ...this.names(m));
    this.table = element("table", {});
    this.table.setAttribute("role", "grid");
    this.table.setAttribute("aria-label", this.blocks.map((block) => m.names[block]).join(", "));
    this.beside = m.kind !== "batch" && this.blocks.includes("h") ? ["mean", "var"] : [];
    this.table.append(this.header(m), ...this.blocks.filter((one) => !this.beside.includes(one)).map((one) => this.body(m, one)));
    this.root.append(title, element("div", { className: "scroll" }, this.table));
  }

  names(m) {
    const lead = this.blocks.find((block) => MATRICES.has(block)) ?? this.blocks[0];
    const phase = element("span", { className: "badge", textContent: String(PHASE_OF[lead]) });
    return [phase, element("span", { textContent: m.titles[lead] }), shape(m, lead)];
  }

  header(m) {
    const heads = m.feature_names.map((name, column) => {
      const head = element("button", { type: "button", className: "head", textContent: name, title: name });
      head.dataset.column = column;
      this.heads.push(head);
      const cell = element("th", { scope: "col" }, head);
      cell.dataset.column = column;
      return cell;
    });
    const more = this.beside.flatMap((block) =>
      m.values[block][0].map(() => element("th", { scope: "col", className: "side", textContent: m.symbols[block] })),
    );
    return element("thead", {}, element("tr", {}, element("td", { className: "corner" }), ...heads, ...more));
  }

  body(m, block) {
    const matrix = MATRICES.has(block);
    const rows = m.values[block].map((values, row) => {
      const name = matrix ? m.row_names[row] : m.symbol_of[block];
      const head = element("th", { scope: "row" });
      if (matrix) head.append(name);
      else if (SAID.has(block)) head.append(name);
      else head.append(element("span", { className: "badge", textContent: String(PHASE_OF[block]) }), ` ${name} `, shape(m, block));
      const cells = values.map((_, column) => this.cell(m, block, row, column));
      const side = this.beside.flatMap((one) =>
        block === "h" ? m.values[one][row].map((_, column) => this.cell(m, one, row, column)) : [],
      );
      return element("tr", {}, head, ...cells, ...side);
    });
    return element("tbody", { className: matrix ? "matrix" : "vector" }, ...rows);
  }

  cell(m, block, row, column) {
    const cell = element("td", { className: "cell", tabIndex: -1 });
    Object.assign(cell.dataset, { block, row, column });
    cell.setAttribute("role", "gridcell");
    this.cells.set(keyOf(block, row, column), cell);
    return cell;
  }
}

const TELLING = { usual: brief, digits: 2, slack: 0.5 };

/** A cell's number: a value and its mean get the digits that tell them apart, the others what a column has room for. */
function written(m, block, row, column) {
  const { h, mean } = m.values;
  if (block === "h") {
    const [i, j] = averageOf(m, row, column);
    return pair(h[row][column], mean[i][j], TELLING)[0];
  }
  const value = m.values[block][row][column];
  if (block !== "mean") return brief(value);
  const near = (place) => Math.abs(h[place[0]][place[1]] - value) || Infinity;
  const [closest] = members(m, row, column).sort((one, other) => near(one) - near(other));
  return pair(value, h[closest[0]][closest[1]], TELLING)[0];
}

/** Write a cell's value, or leave it open while its phase has not come. */
export function fill(cell, m, phase) {
  const { block } = cell.dataset;
  const [row, column] = [Number(cell.dataset.row), Number(cell.dataset.column)];
  const open = PHASE_OF[block] > phase;
  const text = open ? "·" : written(m, block, row, column);
  const words = open ? m.texts.not_yet : text;
  const where = MATRICES.has(block) ? `, ${m.texts.row} ${m.row_names[row]}` : "";
  const name = m.feature_names[column] ?? "";
  cell.textContent = text;
  cell.classList.toggle("open", open);
  cell.setAttribute("aria-label", `${m.names[block]}${where}, ${name}: ${words}`);
}
