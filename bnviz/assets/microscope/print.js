// What the microscope shows as a drawing on white paper: the sentence and the formula of the phase, then the tables, with
// the followed feature, the cell in view and the cells that it came from marked.

import { FONT, Pen, widthOf } from "../player/pen.js";
import { wrapped } from "../player/sheet.js";
import { GROUPS, MATRICES, PHASE_OF, keyOf } from "./blocks.js";
import { brief, shown } from "./dom.js";

const WIDTH = 900; // px
const GAP = 16; // between tables
const PAD = 10; // inside the frame of a table
const ROW = 26;
const LEAST_CELL = 54;
const [INK, SOFT, LINE, PAPER] = ["#0f172a", "#475569", "#cbd5e1", "#ffffff"];
const LETTERS = `13px ${FONT}`;
const BOLD = `600 13px ${FONT}`;

/** One cell: its text, and how it is marked. */
function cellOf(stage, block, row, column) {
  const open = PHASE_OF[block] > stage.phase;
  const value = stage.m.values[block][row][column];
  const side = stage.m.kind !== "batch" && ["mean", "var"].includes(block);
  const key = keyOf(block, row, column);
  return {
    text: open ? "·" : brief(value),
    open,
    mark: open ? "" : key === stage.seen ? "target" : stage.sources.has(key) ? "source" : "",
    followed: !side && column === stage.feature,
  };
}

/** The rows of one table of the screen: {name, cells}, the first one with the names of the features. */
function rowsOf(stage, blocks) {
  const { m } = stage;
  const beside = m.kind !== "batch" && blocks.includes("h") ? ["mean", "var"].filter((block) => m.values[block]) : [];
  const heads = m.feature_names.map((text, column) => ({ text, head: true, followed: column === stage.feature }));
  const more = beside.flatMap((block) => m.values[block][0].map(() => ({ text: m.symbols[block], head: true })));
  const rows = [{ name: "", cells: [...heads, ...more] }];
  for (const block of blocks.filter((one) => !beside.includes(one))) {
    m.values[block].forEach((values, row) => {
      const cells = values.map((_none, column) => cellOf(stage, block, row, column));
      const side = block === "h" ? beside.flatMap((one) => m.values[one][row].map((_n, k) => cellOf(stage, one, row, k))) : [];
      rows.push({ name: MATRICES.has(block) ? m.row_names[row] : m.symbol_of[block], cells: [...cells, ...side] });
    });
  }
  return rows;
}

/** A table with the place that it needs. */
function measured(stage, blocks) {
  const { m } = stage;
  const lead = blocks.find((block) => MATRICES.has(block)) ?? blocks[0];
  const title = `${PHASE_OF[lead]}  ${m.titles[lead]}`;
  const rows = rowsOf(stage, blocks);
  const first = Math.max(...rows.map(({ name }) => widthOf(name, LETTERS))) + 10;
  const cell = Math.max(LEAST_CELL, ...rows.flatMap(({ cells }) => cells.map(({ text }) => widthOf(text, BOLD) + 12)));
  const inside = Math.max(first + rows[0].cells.length * cell, widthOf(title, BOLD) + 12 + widthOf(m.shapes[lead], LETTERS));
  const now = blocks.some((block) => PHASE_OF[block] === stage.phase);
  return { title, shape: m.shapes[lead], rows, first, cell, now, width: inside + 2 * PAD, height: (rows.length + 1) * ROW + 2 * PAD };
}

/** Tables beside each other as far as they fit. */
function arranged(tables, top) {
  let [x, y, tallest] = [0, top, 0];
  for (const table of tables) {
    if (x > 0 && x + table.width > WIDTH) [x, y, tallest] = [0, y + tallest + GAP, 0];
    Object.assign(table, { x, y });
    x += table.width + GAP;
    tallest = Math.max(tallest, table.height);
  }
  return y + tallest;
}

function write(pen, text, x, y, { font = LETTERS, color = INK, align = "left" } = {}) {
  Object.assign(pen, { font, fillStyle: color, textAlign: align, textBaseline: "middle" });
  pen.fillText(text, x, y);
}

function drawCell(pen, cell, x, y, width, colors) {
  const { text, head, open, mark, followed } = cell;
  const [height, middle] = [ROW - 4, y + (ROW - 4) / 2];
  if (!head || followed) {
    pen.globalAlpha = followed && !head && !mark ? 0.14 : 1;
    pen.fillStyle = mark === "target" ? INK : mark === "source" ? colors.source : followed ? colors.follow : PAPER;
    pen.fillRect(x, y, width - 4, height);
    pen.globalAlpha = 1;
  }
  if (!head) {
    pen.strokeStyle = mark ? INK : followed ? colors.follow : LINE;
    pen.lineWidth = 1;
    pen.setLineDash(mark === "source" ? [2, 2] : []);
    pen.strokeRect(x, y, width - 4, height);
    pen.setLineDash([]);
  }
  const color = mark === "target" || (head && followed) ? PAPER : open ? SOFT : INK;
  const font = mark === "target" || (head && followed) ? BOLD : LETTERS;
  const centred = head || open;
  write(pen, text, centred ? x + (width - 4) / 2 : x + width - 10, middle, { font, color, align: centred ? "center" : "right" });
}

function drawTable(pen, table, colors) {
  const { x, y, width, height, now, title, shape, rows, first, cell } = table;
  pen.strokeStyle = now ? INK : LINE;
  pen.lineWidth = now ? 2 : 1;
  pen.strokeRect(x + 1, y + 1, width - 2, height - 2);
  write(pen, title, x + PAD, y + PAD + ROW / 2, { font: BOLD });
  write(pen, shape, x + PAD + widthOf(title, BOLD) + 12, y + PAD + ROW / 2, { color: SOFT });
  rows.forEach(({ name, cells }, place) => {
    const top = y + PAD + (place + 1) * ROW;
    write(pen, name, x + PAD + first - 8, top + (ROW - 4) / 2, { color: SOFT, align: "right" });
    cells.forEach((one, k) => drawCell(pen, one, x + PAD + first + k * cell, top, cell, colors));
  });
}

/** The drawing: `stage` is {m, phase, feature, seen, sources, said}. */
export function drawn(stage) {
  const { m, said } = stage;
  const tables = GROUPS.map((blocks) => blocks.filter((block) => m.values[block]))
    .filter((blocks) => blocks.some((block) => PHASE_OF[block] <= stage.phase)) // the others are still empty
    .map((blocks) => measured(stage, blocks));
  const numbers = said.numbers ? `= ${said.numbers} = ${shown(said.value, 5)}` : `= ${shown(said.value, 5)}`;
  const lines = [said.what, said.symbols, numbers].flatMap((text) => wrapped(text, LETTERS, WIDTH));
  const top = lines.length * 20 + 12;
  const pen = new Pen(WIDTH, Math.ceil(arranged(tables, top)));
  lines.forEach((line, k) => write(pen, line, 0, 10 + k * 20, { font: k ? LETTERS : BOLD }));
  for (const table of tables) drawTable(pen, table, m.paper);
  return pen.drawing;
}
