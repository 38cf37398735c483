// The maps on a canvas, and which cell lies under the pointer or beside the chosen one.

import { FONT, Pen } from "../player/pen.js";

const PAPER_MAP = 76; // pixels of a map in a file
const GAP = 0.14; // between maps, as a share of a map
const HEAD = 22; // above the maps, for the channels' numbers
const LETTERS = 12;
const FADED = 0.3;
const MOST = 92; // pixels of a map at most
const MOST_ENLARGED = 200; // in the presenter view

function mix(one, other, share) {
  const part = (color, at) => parseInt(color.slice(at, at + 2), 16);
  const mixed = [1, 3, 5].map((at) => Math.round(part(one, at) + (part(other, at) - part(one, at)) * share));
  return `#${mixed.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

/** The block on white paper, with the chosen cell marked, as SVG marks. */
export function onPaper(data, cell, lit) {
  const figure = new Figure(null);
  const pitch = PAPER_MAP * (1 + GAP);
  const { width, height } = figure.lay(data, pitch);
  const pen = new Pen(width, height);
  const known = data.origin.colors;
  const dark = data.colors.paper in known;
  const colors = Object.fromEntries(Object.entries(data.colors).map(([name, one]) => [name, dark ? (known[one] ?? one) : one]));
  figure.paint(pen, { ...data, colors }, { cell, chosen: cell, lit, font: FONT });
  return pen.drawing;
}

export class Figure {
  constructor(canvas) {
    this.canvas = canvas;
  }

  /** The nearest cell that the block has. */
  clamp(shape, cell) {
    return cell.map((at, axis) => Math.min(Math.max(at, 0), shape[axis] - 1));
  }

  measure(data) {
    const [N, C] = data.shape;
    const room = this.canvas.parentNode.clientWidth;
    const chosen = this.canvas.closest(".chosen");
    const letters = Math.max(LETTERS, Number(chosen?.dataset.letters ?? 0)); // those of the presenter view
    return this.lay(data, Math.min(room / (C + 1), (chosen ? MOST_ENLARGED : MOST) * (1 + GAP)), letters);
  }

  /** Where everything stands if a map and its gap take so many pixels. */
  lay(data, pitch, letters = LETTERS) {
    const [N, C] = data.shape;
    const head = HEAD + 1.5 * (letters - LETTERS);
    const side = pitch / (1 + GAP);
    this.layout = { pitch, side, left: pitch, top: head, shape: data.shape, letters };
    return { width: pitch * (C + 1), height: head + pitch * N };
  }

  draw(data, cell, chosen, lit) {
    const { width, height } = this.measure(data);
    const sharp = window.devicePixelRatio || 1;
    this.canvas.width = Math.round(width * sharp);
    this.canvas.height = Math.round(height * sharp);
    this.canvas.style.width = `${width}px`;
    this.canvas.style.height = `${height}px`;
    const pen = this.canvas.getContext("2d");
    pen.scale(sharp, sharp);
    this.paint(pen, data, { cell, chosen, lit, font: getComputedStyle(this.canvas).fontFamily });
  }

  paint(pen, data, { cell, chosen, lit, font }) {
    this.heads(pen, data, cell, font);
    const [N, C] = data.shape;
    for (let n = 0; n < N; n++) for (let c = 0; c < C; c++) this.map(pen, data, n, c, data.member[n][c] === lit);
    this.mark(pen, data, chosen, 1.5, data.colors.ink);
    this.mark(pen, data, cell, 2.5, data.colors.ink);
  }

  heads(pen, data, cell, font) {
    const { pitch, side, left, top, letters } = this.layout;
    pen.font = `${letters}px ${font}`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    for (let c = 0; c < data.shape[1]; c++) {
      pen.fillStyle = c === cell[1] ? data.colors.ink : data.colors.muted;
      pen.fillText(c === 0 && pitch > 60 ? data.words.first : String(c + 1), left + c * pitch + side / 2, top / 2 - 1);
    }
    data.images.forEach((image, n) => {
      const rows = image.length;
      image.forEach((line, h) =>
        line.forEach((value, w) => {
          pen.fillStyle = mix(data.colors.paper, data.colors.ink, 0.06 + 0.94 * value);
          this.fill(pen, 0, top + n * pitch, side * 0.92, rows, h, w);
        }),
      );
    });
  }

  /** One cell of a square of `side` pixels with `count` cells across, without gaps. */
  fill(pen, x, y, side, count, h, w) {
    const [x1, x2] = [x + (w * side) / count, x + ((w + 1) * side) / count];
    const [y1, y2] = [y + (h * side) / count, y + ((h + 1) * side) / count];
    pen.fillRect(x1, y1, x2 - x1 + 0.4, y2 - y1 + 0.4);
  }

  map(pen, data, n, c, bright) {
    const { pitch, side, left, top } = this.layout;
    const [, , H, W] = data.shape;
    const { low, middle, high } = data.colors;
    const [x, y] = [left + c * pitch, top + n * pitch];
    pen.globalAlpha = bright ? 1 : FADED;
    for (let h = 0; h < H; h++) {
      for (let w = 0; w < W; w++) {
        const share = Math.max(-1, Math.min(1, data.drawn[n][c][h][w] / data.reach));
        pen.fillStyle = mix(middle, share < 0 ? low : high, Math.abs(share));
        this.fill(pen, x, y, side, H, h, w);
      }
    }
    pen.globalAlpha = 1;
    pen.strokeStyle = bright ? data.colors.lit : data.colors.faint;
    pen.lineWidth = bright ? 2.5 : 1;
    pen.strokeRect(x - 1, y - 1, side + 2, side + 2);
  }

  mark(pen, data, [n, c, h, w], width, color) {
    const { pitch, side, left, top } = this.layout;
    const [, , H, W] = data.shape;
    const [x, y] = [left + c * pitch + (w * side) / W, top + n * pitch + (h * side) / H];
    pen.lineWidth = width + 2;
    pen.strokeStyle = data.colors.paper;
    pen.strokeRect(x, y, side / W, side / H);
    pen.lineWidth = width;
    pen.strokeStyle = color;
    pen.strokeRect(x, y, side / W, side / H);
  }

  /** The cell under the pointer, or null. */
  cellAt(event) {
    if (!this.layout) return null;
    const { pitch, side, left, top, shape } = this.layout;
    const [N, C, H, W] = shape;
    const [x, y] = [event.offsetX - left, event.offsetY - top];
    const [c, n] = [Math.floor(x / pitch), Math.floor(y / pitch)];
    if (c < 0 || n < 0 || c >= C || n >= N || x - c * pitch >= side || y - n * pitch >= side) return null;
    return [n, c, Math.floor(((y - n * pitch) / side) * H), Math.floor(((x - c * pitch) / side) * W)];
  }

  /** The cell that a key leads to: arrows go from cell to cell and on into the next map; with Shift from map to map. */
  step([n, c, h, w], event) {
    const [N, C, H, W] = this.layout.shape;
    const way = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (!way || event.ctrlKey || event.altKey || event.metaKey) return null;
    const [down, right] = way;
    const limit = (at, most) => Math.min(Math.max(at, 0), most - 1);
    if (event.shiftKey) return [limit(n + down, N), limit(c + right, C), h, w];
    const row = limit(n * H + h + down, N * H);
    const column = limit(c * W + w + right, C * W);
    return [Math.floor(row / H), Math.floor(column / W), row % H, column % W];
  }
}
