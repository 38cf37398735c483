// A block N x C x H x W as N rows of C maps: the cells that enter one mean with the chosen cell stay lit.
//
// The server sends the block (see bnviz/plots/axes.py); pointer and keys work without it. The chosen cell is reported
// when the reader rests, so that the address can name it. For tests `window.__bnvizAxes` tells {cell, lit, members}.

import { Files } from "../player/files.js";
import { Numbers } from "../player/numbers.js";
import { taken, undoing } from "../player/place.js";
import { Figure, onPaper } from "./figure.js";
import { Panel } from "./panel.js";

const REST_MS = 400;
const places = new Map(); // parentElement -> Lab

/** A row for each mean of the block. */
function means(data) {
  return data.var.map((variance, place) => ({ group: place + 1, values: data.cells, mean: data.mean[place], variance }));
}

/** A row for each value that enters one mean. */
function members(data, lit) {
  const [N, C, H, W] = data.shape;
  const found = [];
  for (let n = 0; n < N; n++) {
    for (let c = 0; c < C; c++) {
      if (data.member[n][c] !== lit) continue;
      for (let k = 0; k < H * W; k++) {
        const [h, w] = [Math.floor(k / W), k % W];
        const [value, normalized] = [data.values[n][c][h][w], data.xHat[n][c][h][w]];
        found.push({ image: n + 1, channel: c + 1, row: h + 1, column: w + 1, value, normalized });
      }
    }
  }
  return found;
}

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
    this.heading = document.createElement("h3");
    this.files = new Files(() => this.take());
    this.numbers = new Numbers();
    const head = document.createElement("div");
    head.className = "headed";
    head.append(this.heading, this.files.element);
    frame.append(head, this.canvas, this.numbers.element);
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
    this.draw();
    taken(this.root);
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
    if (this.hovered === null) this.tell(cell, lit);
    window.__bnvizAxes = { cell, lit, chosen: this.cell, members: this.data.member.flat().filter((m) => m === lit).length };
  }

  /** The chosen cell in words for those who cannot see it, the numbers, and the picture as a file. */
  tell(cell, lit) {
    const { words, updates, origin } = this.data;
    const sentence = this.panel.sentence;
    this.heading.textContent = words.title;
    this.canvas.setAttribute("aria-label", `${words.label} ${sentence}`);
    this.files.describe(origin, words.title);
    this.numbers.name(words.title);
    this.told = { cell, lit };
    const tables = [() => means(this.data), () => members(this.data, lit)];
    this.numbers.show(tables.map((rows) => ({ rowsAt: rows })), null, updates);
  }

  /** What the files hold: the block with the chosen cell, the sentence, the means and the values of its mean. */
  take() {
    const { cell, lit } = this.told;
    return {
      title: this.data.words.title,
      name: `image${cell[0] + 1}-channel${cell[1] + 1}`,
      caption: this.panel.told,
      drawing: () => onPaper(this.data, cell, lit),
      tables: () => [{ name: "means", rows: means(this.data) }, { name: "members", rows: members(this.data, lit) }],
    };
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
  return undoing(parentElement, () => {
    places.delete(parentElement);
    lab.destroy();
  });
}
