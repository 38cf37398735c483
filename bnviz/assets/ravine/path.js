// One preprocessing with one learning rate chosen: what is known at each step. All numbers come from Python.

import { degrees, fill, number, share } from "./words.js";

export class Path {
  constructor(side, stage) {
    this.side = side;
    this.stage = stage;
    this.size = stage.steps + 1;
    this.rate = 0;
  }

  /** The window shown and the losses in it. */
  get view() {
    return this.stage.equal ? this.side.even : this.side.fitted;
  }

  get diverged() {
    return this.side.diverged[this.rate];
  }

  /** The last step at which the path has a place of its own. */
  get last() {
    return this.diverged < 0 ? this.size - 1 : this.diverged - 1;
  }

  at(name, step) {
    return this.side[name][this.rate * this.size + Math.min(step, this.last)];
  }

  pair(name, step) {
    const start = 2 * (this.rate * this.size + Math.min(step, this.last));
    return [this.side[name][start], this.side[name][start + 1]];
  }

  /** The points of all steps up to one. */
  points(step) {
    const found = [];
    for (let k = 0; k <= Math.min(step, this.last); k++) found.push(this.pair("points", k));
    return found;
  }

  /** How far the whole way reaches at the chosen rate, looked up once: least and largest weights, largest loss left. */
  get reached() {
    if (this.far?.rate !== this.rate) {
      const points = this.points(this.last);
      const left = points.map((_point, k) => this.at("left", k)).filter(Number.isFinite);
      const weights = [0, 1].map((axis) => points.map((point) => point[axis]).filter(Number.isFinite));
      this.far = { rate: this.rate, left: Math.max(...left), weights: weights.map((w) => [Math.min(...w), Math.max(...w)]) };
    }
    return this.far;
  }

  /** A row for each step up to one: the step, and what `columns(k)` tells of it. */
  rows(step, columns) {
    const steps = Array.from({ length: Math.min(step, this.last) + 1 }, (_none, k) => k);
    return steps.map((k) => ({ update: k, ...columns(k) }));
  }

  /** What the pictures of the landscape show of a step. */
  place(step) {
    const [[wa, wb], [a, b]] = [this.pair("points", step), this.side.axes];
    return { [a]: wa, [b]: wb, loss: this.at("loss", step), share_of_the_first_excess: this.at("left", step) };
  }

  inside(step) {
    const [[x, y], [x0, x1, y0, y1]] = [this.pair("points", step), this.view.window];
    return x >= x0 && x <= x1 && y >= y0 && y <= y1;
  }

  /** Which axis is drawn how many times longer than the other one, where that is much; else null. */
  get stretched() {
    const { stretch, long } = this.view;
    return stretch && !this.stage.equal ? { times: stretch, axis: long } : null;
  }

  /** One step in words. */
  sentence(step) {
    const { words } = this.stage;
    const [[wa, wb], [a, b]] = [this.pair("points", step), this.side.axes];
    const gone = this.diverged >= 0 && step >= this.diverged;
    const shown = Math.min(step, this.last);
    const told = fill(words.path, {
      step: shown,
      steps: this.stage.steps,
      loss: number(this.at("loss", step)),
      left: share(this.at("left", step)),
      a,
      b,
      wa: number(wa),
      wb: number(wb),
    });
    const more = [gone ? fill(words.stopped, { at: this.diverged }) : "", this.inside(step) ? "" : words.outside];
    if (this.stretched) more.push(fill(words.stretched, this.stretched));
    return [told, ...more].filter(Boolean).join(" ");
  }

  /** The gradient at one step in words. */
  gradient(step) {
    const { words } = this.stage;
    const [ga, gb] = this.pair("gradients", step).map((value) => number(value === 0 ? 0 : -value));
    if (ga === "0" && gb === "0") return words.arrows_flat;
    const [[a, b], angle] = [this.side.axes, this.at("angles", step)];
    const known = Number.isFinite(angle);
    return fill(known ? words.arrows : words.arrows_there, { ga, gb, a, b, angle: known ? degrees(angle) : "" });
  }

  /** The learning rate in words. */
  rateWords(rate = this.rate) {
    const { words, rated } = this.stage;
    return fill(rated ? words.size : words.share, {
      share: String(Number(this.side.shares[rate].toPrecision(3))),
      rate: number(this.side.rates[rate]),
    });
  }
}
