// What is left of the first excess loss, of all preprocessings in one picture, on a scale of powers of ten.

import { Canvas, dot, trail } from "./canvas.js";
import { fill, number, share, ticks, tick } from "./words.js";

const DECADES = [-8, 2];
const HIGHEST = 12; // powers of ten that a descent may lose

export class Losses extends Canvas {
  constructor() {
    super("losses", (width, room) => Math.max(200, room ? Math.min(room, width * 0.9) : Math.min(280, width * 0.3)));
  }

  /** Room for the letters at the edges. */
  edge({ size }) {
    return { left: 4.6 * size, right: 12, top: 0.8 * size, bottom: 3.2 * size };
  }

  show(paths, step, look) {
    this.sides = this.edge(look);
    const context = this.begin(look);
    this.paths = paths;
    this.top = this.highest(paths);
    this.axes(context, look);
    context.save();
    context.beginPath();
    context.rect(this.sides.left - 6, this.sides.top - 6, this.width - this.sides.left - this.sides.right + 12, this.tall + 12);
    context.clip();
    for (const path of paths) {
      const all = Array.from({ length: path.last + 1 }, (_none, k) => this.place(path, k));
      const style = { color: path.side.color, dash: path.side.dash };
      context.globalAlpha = 0.3;
      trail(context, all, { ...style, width: 2 });
      context.globalAlpha = 1;
      const done = all.slice(0, Math.min(step, path.last) + 1);
      trail(context, done, { ...style, width: 3 });
      const [x, y] = done.at(-1);
      const held = Math.max(this.sides.top, Math.min(this.sides.top + this.tall, y));
      dot(context, [x, held], 6, { color: path.side.color, halo: look.paper });
    }
    context.restore();
  }

  get tall() {
    return this.height - this.sides.top - this.sides.bottom;
  }

  across(step) {
    const last = this.paths[0].size - 1;
    return this.sides.left + (step / Math.max(1, last)) * (this.width - this.sides.left - this.sides.right);
  }

  /** The upper end in powers of ten: what is lost where a path runs away is in sight, too. */
  highest(paths) {
    const power = Math.log10(Math.max(1, ...paths.map((path) => path.reached.left)));
    return power <= DECADES[1] ? DECADES[1] : Math.min(HIGHEST, Math.ceil(power));
  }

  up(value) {
    const [low, high] = [DECADES[0], this.top];
    const power = Math.log10(Math.max(value, 1e-12));
    return this.sides.top + ((high - power) / (high - low)) * this.tall;
  }

  place(path, step) {
    return [this.across(step), this.up(path.at("left", step))];
  }

  axes(context, look) {
    const { words } = this.paths[0].stage;
    context.font = `${look.size}px ${look.font}`;
    context.textBaseline = "middle";
    context.lineWidth = 1;
    const marks = [[1, "100\u00a0%"], [1e-3, words.tolerance], [1e-6, "0.0001\u00a0%"], [10 ** this.top, `${tick(10 ** this.top)} ×`]];
    for (const [value, text] of marks) {
      context.strokeStyle = value === 1e-3 ? look.ink : look.faint;
      context.setLineDash(value === 1e-3 ? [6, 4] : []);
      context.beginPath();
      context.moveTo(this.sides.left, this.up(value));
      context.lineTo(this.width - this.sides.right, this.up(value));
      context.stroke();
      context.fillStyle = value === 1e-3 ? look.ink : look.muted;
      context.textAlign = "right";
      context.fillText(text, this.sides.left - 6, this.up(value));
    }
    context.setLineDash([]);
    context.fillStyle = look.muted;
    context.textAlign = "center";
    context.textBaseline = "top";
    const base = this.height - this.sides.bottom + 6;
    const steps = ticks(0, this.paths[0].size - 1, this.width / 90).filter(Number.isInteger);
    for (const value of steps) context.fillText(tick(value), this.across(value), base);
    context.textAlign = "right";
    context.fillText(words.updates, this.width - this.sides.right, base + look.size + 3);
  }

  lines(step) {
    const { words } = this.paths[0].stage;
    return this.paths.map((path) =>
      fill(words.loss_line, { label: path.side.label, left: share(path.at("left", step)) }),
    );
  }

  hint([x], _step) {
    if (!this.paths || x < this.sides.left - 6) return null;
    const last = this.paths[0].size - 1;
    const at = ((x - this.sides.left) / (this.width - this.sides.left - this.sides.right)) * last;
    const step = Math.max(0, Math.min(last, Math.round(at)));
    return [`${number(step)} ${this.paths[0].stage.words.updates}`, ...this.lines(step)];
  }

  describe(paths, step) {
    this.paths = paths;
    const { words } = paths[0].stage;
    const lines = `${this.lines(step).join("; ")}.`;
    this.caption.textContent = lines;
    this.canvas.setAttribute("aria-label", fill(words.loss_alt, { lines }));
    const last = Math.min(step, Math.max(...paths.map((path) => path.last)));
    const rows = () => Array.from({ length: last + 1 }, (_none, k) => this.row(paths, k));
    this.offer({ subject: paths, paths, label: "", step, sentence: lines, rows });
  }

  row(paths, step) {
    const left = paths.map((path) => [path.side.label, step <= path.last ? path.at("left", step) : null]);
    return { update: step, ...Object.fromEntries(left) };
  }
}
