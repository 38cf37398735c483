// The stage: it keeps the phase, the followed feature and the cell in view, and draws what follows from them.

import { Files } from "../player/files.js";
import { taken } from "../player/place.js";
import { Code } from "./code.js";
import { GROUPS, Group, MAIN, MATRICES, PHASE_OF, fill, isAside, keyOf } from "./blocks.js";
import { element, exact, shown } from "./dom.js";
import { explain } from "./formulas.js";
import { drawn } from "./print.js";
import { Toolbar } from "./toolbar.js";

const CELL_MS = 700;
const VECTOR_MS = 2200;
const REPORT_MS = 500;

export class Stage {
  constructor(parent) {
    this.phase = 1;
    this.feature = 0;
    this.cell = null; // what the pointer or the focus is on: [block, row, column]
    this.walk = null; // what slow motion has come to
    this.timer = null;
    this.toolbar = new Toolbar(this);
    this.files = new Files(() => this.take());
    this.toolbar.head.append(this.files.element);
    this.code = new Code();
    this.formula = element("div", { className: "formula" });
    this.formula.setAttribute("aria-live", "polite");
    this.grids = element("div", { className: "grids" });
    this.hint = element("p", { className: "hint" });
    const beside = element("div", { className: "beside" }, this.formula, this.code.root);
    const top = element("div", { className: "top" }, this.toolbar.root, beside);
    this.root = element("div", { className: "microscope", tabIndex: -1 }, top, this.grids, this.hint);
    parent.append(this.root);
    this.listen();
  }

  listen() {
    const cellOf = (event) => event.target.closest?.("td.cell");
    this.grids.addEventListener("pointerover", (event) => this.look(cellOf(event), event.pointerType));
    this.grids.addEventListener("pointerleave", () => this.look(null));
    this.grids.addEventListener("focusin", (event) => cellOf(event) && this.look(cellOf(event)));
    this.grids.addEventListener("focusout", () => this.look(null));
    this.grids.addEventListener("click", (event) => this.click(event));
    this.root.addEventListener("keydown", (event) => {
      if (this.key(event)) event.preventDefault();
    });
  }

  click(event) {
    const head = event.target.closest("button.head");
    const cell = event.target.closest("td.cell");
    if (head) this.follow(Number(head.dataset.column));
    if (cell) cell.focus();
  }

  /** Take a message: new numbers, and where a link or another batch wants the reader to begin. */
  receive(m, setStateValue) {
    const before = this.m;
    this.m = m;
    this.setStateValue = setStateValue;
    this.toolbar.root.hidden = m.left_out.includes("phases");
    this.formula.hidden = m.left_out.includes("formula");
    this.code.root.hidden = m.left_out.includes("code");
    for (const [name, colour] of Object.entries(m.colours)) this.root.style.setProperty(`--${name}`, colour);
    if (this.visit !== m.visit) {
      this.visit = m.visit;
      this.stop();
      this.phase = m.phase;
      this.feature = m.feature;
    }
    if (!before || before.frame !== m.frame) this.build();
    else this.markMoved(before);
    this.show();
    taken(this.root);
    window.__bnvizMicroscope = this;
  }

  build() {
    const m = this.m;
    const had = this.grids.contains(this.grids.getRootNode().activeElement) ? this.cell : null;
    this.toolbar.build(m);
    this.cells = new Map();
    this.heads = [];
    this.groups = GROUPS.map((blocks) => new Group(m, blocks)).filter((group) => group.blocks.length);
    for (const group of this.groups) {
      for (const [key, cell] of group.cells) this.cells.set(key, cell);
      this.heads.push(...group.heads);
    }
    this.cell = had && this.cells.has(keyOf(...had)) ? had : null;
    this.grids.replaceChildren(...this.groups.map((group) => group.root));
    if (this.cell) this.cells.get(keyOf(...this.cell)).focus();
    this.hint.textContent = m.texts.hint;
  }

  /** Let the cells whose numbers are new flash once. */
  markMoved(before) {
    for (const cell of this.cells.values()) {
      const { block, row, column } = cell.dataset;
      const moved = before.values[block]?.[row]?.[column] !== this.m.values[block][row][column];
      cell.classList.remove("moved");
      if (moved && PHASE_OF[block] <= this.phase) {
        void cell.offsetWidth; // begin the animation anew
        cell.classList.add("moved");
      }
    }
  }

  show() {
    const { m } = this;
    for (const cell of this.cells.values()) fill(cell, m, this.phase);
    this.toolbar.show(m, this.phase, this.timer !== null);
    this.toolbar.say.textContent = m.refused && this.phase > 3 ? m.refused : m.phases[this.phase - 1].say;
    this.code.show(m, this.phase);
    this.files.describe(m.origin, `${this.phase} ${m.phases[this.phase - 1].name}`);
    this.colour();
    this.light();
  }

  /** Mark the followed feature in every table. */
  colour() {
    for (const node of this.grids.querySelectorAll("[data-column]")) {
      const side = node.classList.contains("cell") && this.m.kind !== "batch" && ["mean", "var"].includes(node.dataset.block);
      node.classList.toggle("followed", !side && Number(node.dataset.column) === this.feature);
    }
    for (const head of this.heads) head.setAttribute("aria-pressed", String(Number(head.dataset.column) === this.feature));
    for (const group of this.groups) {
      group.root.classList.toggle("now", group.blocks.some((block) => PHASE_OF[block] === this.phase));
      group.root.classList.toggle("open", group.blocks.every((block) => PHASE_OF[block] > this.phase));
      group.root.classList.toggle("aside", isAside(group.blocks, this.phase));
    }
    const column = keyOf(...this.usual());
    for (const [key, cell] of this.cells) cell.tabIndex = key === (this.cell ? keyOf(...this.cell) : column) ? 0 : -1;
  }

  /** The cell that the current phase is explained with when none is pointed at. */
  usual() {
    const block = MAIN[this.phase - 1];
    const there = this.m.values[block] ? block : "y";
    const { m } = this;
    if (m.kind !== "batch" && ["mean", "var"].includes(there)) return [there, 0, m.group_of[this.feature] ?? 0];
    return [there, 0, this.feature];
  }

  /** Show the formula of the cell in view, and light the cells that it came from. */
  light() {
    const wanted = this.cell ?? this.walk ?? this.usual();
    const seen = PHASE_OF[wanted[0]] <= this.phase ? wanted : this.usual();
    const said = explain(this.m, ...seen);
    for (const cell of this.cells.values()) cell.classList.remove("target", "source");
    this.cells.get(keyOf(...seen))?.classList.add("target");
    for (const place of said.sources) this.cells.get(keyOf(...place))?.classList.add("source");
    this.seen = { key: keyOf(...seen), sources: new Set(said.sources.map((place) => keyOf(...place))), said };
    this.write(seen, said);
  }

  write([block, row, column], { symbols, numbers, value }) {
    const { m } = this;
    const where = MATRICES.has(block) ? `, ${m.texts.row} ${m.row_names[row]}` : "";
    const side = m.kind !== "batch" && ["mean", "var"].includes(block);
    const name = side ? `, ${m.texts.row} ${m.row_names[row]}` : `${where}, ${m.feature_names[column]}`;
    const lines = [
      element("div", { className: "what" }, element("strong", { textContent: m.names[block] }), name),
      element("div", { className: "symbols", textContent: symbols }),
    ];
    const result = element("strong", { className: "result", textContent: shown(value, 5), title: exact(value) });
    const plain = shown(value, 5) === exact(value);
    const digits = element("span", { className: "exact", textContent: plain ? "" : `${m.texts.exactly} ${exact(value)}` });
    lines.push(element("div", { className: "numbers" }, numbers ? `= ${numbers} = ` : "= ", result, " ", digits));
    this.formula.replaceChildren(...lines);
  }

  /** What the files hold: the tables as they stand in this phase, the formula of the cell in view, all numbers so far. */
  take() {
    const { m, phase, feature } = this;
    const { key, sources, said } = this.seen;
    const what = this.formula.querySelector(".what").textContent;
    return {
      title: `${phase} ${m.phases[phase - 1].name}`,
      name: `step${phase}`,
      caption: this.toolbar.say.textContent,
      drawing: () => drawn({ m, phase, feature, seen: key, sources, said: { ...said, what } }),
      tables: () => [{ name: "values", rows: this.rows() }],
    };
  }

  /** A row for each number whose phase has come. */
  rows() {
    const { m, phase } = this;
    return Object.entries(m.values)
      .filter(([block]) => PHASE_OF[block] <= phase)
      .flatMap(([block, table]) => {
        const own = !(m.kind !== "batch" && ["mean", "var"].includes(block));
        return table.flatMap((values, row) =>
          values.map((value, column) => ({
            name: block,
            row: table.length > 1 || MATRICES.has(block) ? m.row_names[row] : null,
            feature: own ? m.feature_names[column] : null,
            value,
          })),
        );
      });
  }

  look(cell, pointer = "") {
    if (pointer === "touch") return;
    const focused = this.grids.getRootNode().activeElement?.closest?.("td.cell");
    const chosen = cell ?? (this.grids.contains(focused) ? focused : null);
    const { block, row, column } = chosen?.dataset ?? {};
    this.cell = chosen ? [block, Number(row), Number(column)] : null;
    this.light();
  }

  follow(column) {
    this.feature = column;
    this.show();
    this.report(0);
  }

  go(phase) {
    this.stop();
    this.enter(phase);
    this.report(REPORT_MS);
  }

  enter(phase) {
    this.phase = Math.min(Math.max(1, phase), this.m.phases.length);
    this.walk = null;
    this.show();
  }

  /** Slow motion: the followed feature cell by cell, phase by phase. */
  toggle() {
    if (this.timer !== null) {
      this.stop();
      this.show();
      return this.report(0);
    }
    if (this.phase === this.m.phases.length) this.enter(1);
    this.tick(0);
    this.show();
  }

  tick(row) {
    const [block, , column] = this.usual();
    const rows = MATRICES.has(block) ? this.m.values[block].length : 1;
    this.walk = [block, row, column];
    this.light();
    this.timer = setTimeout(() => {
      if (row + 1 < rows) return this.tick(row + 1);
      if (this.phase === this.m.phases.length) return this.toggle();
      this.enter(this.phase + 1);
      return this.tick(0);
    }, rows > 1 ? CELL_MS : VECTOR_MS);
  }

  stop() {
    clearTimeout(this.timer);
    this.timer = null;
    this.walk = null;
  }

  report(wait) {
    clearTimeout(this.reporting);
    const rest = { visit: this.visit, phase: this.phase, feature: this.feature };
    this.reporting = setTimeout(() => this.setStateValue("rest", rest), wait);
  }

  key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return false;
    const target = event.composedPath()[0];
    const cell = target.closest?.("td.cell");
    const moves = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
    if (cell && moves[event.key]) return this.move(cell, ...moves[event.key]);
    const steps = { n: 1, b: -1, ...(cell ? {} : { ArrowRight: 1, ArrowLeft: -1 }) };
    if (event.key in steps) this.go(this.phase + steps[event.key]);
    else if (event.key === "Home" && !cell) this.go(1);
    else if (event.key === "End" && !cell) this.go(this.m.phases.length);
    else if (event.key === " " && target.tagName !== "BUTTON" && target.tagName !== "SUMMARY") this.toggle();
    else return false;
    return true;
  }

  /** Move the focus to the next cell, also into the table above or below in the same group. */
  move(cell, down, right) {
    const group = this.groups.find((one) => one.root.contains(cell));
    const rows = [...group.table.querySelectorAll("tr")].map((row) => [...row.querySelectorAll("td.cell")]).filter((row) => row.length);
    const i = rows.findIndex((row) => row.includes(cell));
    const j = rows[i].indexOf(cell);
    const next = rows[i + down]?.[j + right];
    if (next) {
      for (const one of this.cells.values()) one.tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
    }
    return true;
  }
}
