// A block N x C x H x W as N rows of C maps: the cells that enter one mean with the chosen cell stay lit.
//
// The server sends the block (see bnviz/plots/axes.py); pointer and keys work without it. The chosen cell is reported
// when the reader rests, so that the address can name it. For tests `window.__bnvizAxes` tells {cell, lit, members}.

import { Figure } from "./figure.js";
import { Panel } from "./panel.js";

const REST_MS = 400;
const places = new Map(); // parentElement -> Lab

class Lab {
  constructor(parent) {
    this.root = document.createElement("div");
    this.root.className = "axes";
    this.canvas = document.createElement("canvas");
    this.canvas.tabIndex = 0;
    this.canvas.setAttribute("role", "application");
    this.panel = new Panel();
    const frame = document.createElement("div");
    frame.className = "block";
    frame.append(this.canvas);
    this.root.append(frame, this.panel.element);
    parent.append(this.root);
    this.figure = new Figure(this.canvas);
    this.hovered = null;
    this.listen(frame);
  }

  listen(frame) {
    this.canvas.addEventListener("pointermove", (event) => this.hover(this.figure.cellAt(event)));
    this.canvas.addEventListener("pointerleave", () => this.hover(null));
    this.canvas.addEventListener("click", (event) => this.choose(this.figure.cellAt(event)));
    this.canvas.addEventListener("keydown", (event) => {
      const cell = this.data && this.figure.step(this.cell, event);
      if (!cell) return;
      event.preventDefault();
      this.choose(cell);
    });
    this.resizes = new ResizeObserver(() => this.draw());
    this.resizes.observe(frame);
  }

  receive(data, setStateValue) {
    this.report = setStateValue;
    const fresh = data.visit !== this.data?.visit;
    this.data = data;
    this.cell = this.figure.clamp(data.shape, fresh || !this.cell ? data.cell : this.cell);
    this.hovered = null;
    this.canvas.setAttribute("aria-label", data.words.label);
    this.draw();
  }

  hover(cell) {
    if (!this.data || String(cell) === String(this.hovered)) return;
    this.hovered = cell;
    this.draw();
  }

  choose(cell) {
    if (!cell || !this.data) return;
    this.cell = cell;
    this.hovered = null;
    this.draw();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.report("cell", this.cell), REST_MS);
  }

  draw() {
    if (!this.data) return;
    const cell = this.hovered ?? this.cell;
    const lit = this.data.member[cell[0]][cell[1]];
    this.figure.draw(this.data, cell, this.cell, lit);
    this.panel.show(this.data, cell, lit, this.hovered === null);
    window.__bnvizAxes = { cell, lit, chosen: this.cell, members: this.data.member.flat().filter((m) => m === lit).length };
  }

  destroy() {
    clearTimeout(this.timer);
    this.resizes.disconnect();
    this.root.remove();
  }
}

export default function mount({ data, parentElement, setStateValue }) {
  const lab = places.get(parentElement) ?? new Lab(parentElement);
  places.set(parentElement, lab);
  lab.receive(data, setStateValue);
  return () => {
    places.delete(parentElement);
    lab.destroy();
  };
}
