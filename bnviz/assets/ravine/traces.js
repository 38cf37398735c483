// Each weight against the updates, with the minimum as a dashed line and the number of times it was crossed.

import { Canvas, dot, trail } from "./canvas.js";
import { fill, tick, ticks } from "./words.js";

const LEFT = 58;
const RIGHT = 10;
const STRIP = 92;
const GAP = 30;
const FOOT = 38;
const MARGIN = 0.06; // of what the weights span, where they leave the axis that a stable descent has

export class Traces extends Canvas {
  constructor() {
    super("traces", () => 2 * STRIP + 2 * GAP + FOOT - 14);
  }

  show(path, step, look) {
    const context = this.begin(look);
    this.path = path;
    for (const axis of [0, 1]) this.strip(context, path, step, look, axis);
    this.foot(context, path, look);
  }

  across(path, step) {
    return LEFT + (step / Math.max(1, path.size - 1)) * (this.width - LEFT - RIGHT);
  }

  /** Ends of the axis of a weight: what a stable descent can reach, or all that this one reaches. */
  ends(path, axis) {
    const [low, high] = path.side.reach.slice(2 * axis, 2 * axis + 2);
    const [lowest, highest] = path.reached.weights[axis];
    const [least, most] = [Math.min(low, lowest), Math.max(high, highest)];
    if (least === low && most === high) return [low, high];
    const room = MARGIN * (most - least);
    return [least < low ? least - room : low, most > high ? most + room : high];
  }

  strip(context, path, step, look, axis) {
    const top = GAP - 5 + axis * (STRIP + GAP);
    const [low, high] = this.ends(path, axis);
    const up = (value) => top + ((high - value) / (high - low)) * STRIP;
    context.font = `${look.size}px ${look.font}`;
    context.textAlign = "right";
    context.textBaseline = "middle";
    context.strokeStyle = look.faint;
    context.lineWidth = 1;
    for (const value of ticks(low, high, 3)) {
      context.beginPath();
      context.moveTo(LEFT, up(value));
      context.lineTo(this.width - RIGHT, up(value));
      context.stroke();
      context.fillStyle = look.muted;
      context.fillText(tick(value), LEFT - 6, up(value));
    }
    this.title(context, path, step, look, axis, top);
    context.save();
    context.beginPath();
    context.rect(LEFT - 4, top - 3, this.width - LEFT - RIGHT + 8, STRIP + 6);
    context.clip();
    if (path.side.minimum) this.goal(context, look, up(path.side.minimum[axis]));
    const all = path.points(path.size - 1).map((point, k) => [this.across(path, k), up(point[axis])]);
    context.globalAlpha = 0.3;
    trail(context, all, { color: path.side.color, width: 2 });
    context.globalAlpha = 1;
    const done = all.slice(0, Math.min(step, path.last) + 1);
    trail(context, done, { color: path.side.color, width: 2.5 });
    if (all.length < 62) for (const spot of done) dot(context, spot, 2, { color: path.side.color, halo: path.side.color });
    dot(context, done.at(-1), 5, { color: path.side.color, halo: look.paper });
    context.restore();
  }

  title(context, path, step, look, axis, top) {
    const flips = path.pair("flips", step)[axis];
    const { words } = path.stage;
    const name = path.side.axes[axis];
    context.font = `600 ${look.size}px ${look.font}`;
    context.fillStyle = look.ink;
    context.textAlign = "left";
    context.textBaseline = "bottom";
    context.fillText(fill(flips === 1 ? words.trace_one : words.trace, { name, flips }), LEFT, top - 7);
  }

  goal(context, look, at) {
    context.strokeStyle = look.ink;
    context.lineWidth = 1.5;
    context.setLineDash([6, 4]);
    context.beginPath();
    context.moveTo(LEFT, at);
    context.lineTo(this.width - RIGHT, at);
    context.stroke();
    context.setLineDash([]);
  }

  foot(context, path, look) {
    const base = this.height - FOOT + 6;
    context.font = `${look.size}px ${look.font}`;
    context.fillStyle = look.muted;
    context.textAlign = "center";
    context.textBaseline = "top";
    const steps = ticks(0, path.size - 1, this.width / 90).filter(Number.isInteger);
    for (const value of steps) context.fillText(tick(value), this.across(path, value), base);
    context.textAlign = "right";
    context.fillText(path.stage.words.updates, this.width - RIGHT, base + look.size + 4);
  }

  hint([x], _step) {
    if (!this.path || x < LEFT - 6 || x > this.width) return null;
    const share = (x - LEFT) / (this.width - LEFT - RIGHT);
    const step = Math.max(0, Math.min(this.path.size - 1, Math.round(share * (this.path.size - 1))));
    return [this.path.sentence(step)];
  }

  row(path, step) {
    const [[wa, wb], [fa, fb], [a, b]] = [path.pair("points", step), path.pair("flips", step), path.side.axes];
    return { [a]: wa, [`sign flips of ${a}`]: fa, [b]: wb, [`sign flips of ${b}`]: fb };
  }

  describe(path, step) {
    const { words } = path.stage;
    const flips = path.pair("flips", step);
    const told = path.side.axes.map((name, axis) =>
      fill(flips[axis] === 1 ? words.trace_one : words.trace, { name, flips: String(flips[axis]) }),
    );
    const sentence = `${told.join("; ")}.`;
    this.canvas.setAttribute("aria-label", `${words.traces}. ${sentence}`);
    this.caption.textContent = sentence;
    this.offerPath(path, step, sentence, (k) => this.row(path, k));
  }
}
