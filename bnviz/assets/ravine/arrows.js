// The gradient as arrows: its two components, their sum, the way to the minimum, and the angle between. Both scales are
// the same, so the angle on screen is the angle that was measured.

import { arrow, Canvas } from "./canvas.js";
import { degrees } from "./words.js";

export class Arrows extends Canvas {
  constructor() {
    super("arrows", () => 240);
  }

  show(path, step, look) {
    const context = this.begin(look);
    const gradient = path.pair("gradients", step).map((value) => -value);
    const length = Math.hypot(...gradient);
    const { words, side } = { words: path.stage.words, side: path.side };
    const radius = this.height / 2 - 26;
    const centre = [this.width / 2, this.height / 2];
    this.frame(context, path, look, centre, radius);
    if (!(length > 0)) return;
    const along = gradient.map((value) => value / length);
    const goal = this.goal(path, step);
    const tip = (vector) => [centre[0] + vector[0] * radius, centre[1] - vector[1] * radius];
    const thin = { color: look.muted, width: 2 };
    if (goal) this.arc(context, path, step, look, { centre, radius, from: along, to: goal });
    this.parts(context, look, [centre, tip([along[0], 0]), tip(along), tip([0, along[1]])]);
    arrow(context, centre, tip([along[0], 0]), thin);
    arrow(context, centre, tip([0, along[1]]), thin);
    if (goal) arrow(context, centre, tip(goal), { color: look.ink, width: 3, dash: [7, 5] });
    arrow(context, centre, tip(along), { color: side.color, width: 4.5 });
    const close = goal && Math.abs(tip(goal)[1] - tip(along)[1]) < 24;
    const higher = close && tip(goal)[1] > tip(along)[1];
    this.tag(context, words.gradient, [tip(along), along], { color: side.color, up: close ? higher : null, look });
    if (goal) this.tag(context, words.goal, [tip(goal), goal], { color: look.ink, up: close ? !higher : null, look });
  }

  goal(path, step) {
    if (!path.side.minimum) return null;
    const [x, y] = path.pair("points", step);
    const vector = [path.side.minimum[0] - x, path.side.minimum[1] - y];
    const length = Math.hypot(...vector);
    return length > 0 ? vector.map((value) => value / length) : null;
  }

  frame(context, path, look, [x, y], radius) {
    context.strokeStyle = look.faint;
    context.lineWidth = 1;
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.moveTo(x - radius - 8, y);
    context.lineTo(x + radius + 8, y);
    context.moveTo(x, y - radius - 8);
    context.lineTo(x, y + radius + 8);
    context.stroke();
    context.fillStyle = look.muted;
    context.font = `600 ${look.size}px ${look.font}`;
    context.textBaseline = "middle";
    context.textAlign = "left";
    context.fillText(`${path.side.axes[1]} ↑`, 2, 10);
    context.textAlign = "right";
    context.fillText(`${path.side.axes[0]} →`, this.width - 2, this.height - 10);
  }

  arc(context, path, step, look, { centre, radius, from, to }) {
    const angle = path.at("angles", step);
    if (!Number.isFinite(angle)) return;
    const [start, end] = [Math.atan2(-from[1], from[0]), Math.atan2(-to[1], to[0])];
    let sweep = end - start;
    if (sweep > Math.PI) sweep -= 2 * Math.PI;
    if (sweep < -Math.PI) sweep += 2 * Math.PI;
    context.strokeStyle = look.ink;
    context.lineWidth = 1.5;
    context.beginPath();
    context.arc(...centre, radius * 0.36, start, start + sweep, sweep < 0);
    context.stroke();
    context.fillStyle = look.ink;
    context.font = `650 ${2 * look.size}px ${look.font}`;
    context.textAlign = "left";
    context.textBaseline = "bottom";
    context.fillText(degrees(angle), 2, this.height - 2);
  }

  /** The parallelogram of the two components. */
  parts(context, look, corners) {
    context.strokeStyle = look.muted;
    context.lineWidth = 1;
    context.setLineDash([2, 3]);
    context.beginPath();
    corners.forEach((corner, k) => (k ? context.lineTo(...corner) : context.moveTo(...corner)));
    context.closePath();
    context.stroke();
    context.setLineDash([]);
  }

  /** A name beside an arrow's tip; `up` puts it above or below, null leaves it to the place. */
  tag(context, text, [[x, y], [dx]], { color, up, look }) {
    context.font = `600 ${look.size}px ${look.font}`;
    const width = context.measureText(text).width;
    const right = dx >= 0;
    const left = Math.max(2, Math.min(this.width - width - 2, right ? x + 8 : x - 8 - width));
    const base = y + ((up ?? y < this.height / 2) ? -10 : 12);
    context.textAlign = "left";
    context.textBaseline = "middle";
    context.lineWidth = 4;
    context.strokeStyle = look.paper;
    context.strokeText(text, left, base);
    context.fillStyle = color;
    context.fillText(text, left, base);
  }

  hint() {
    return null;
  }

  row(path, step) {
    const [[ga, gb], [a, b]] = [path.pair("gradients", step), path.side.axes];
    const angle = path.at("angles", step);
    return { [`gradient along ${a}`]: ga, [`gradient along ${b}`]: gb, angle: Number.isFinite(angle) ? angle : null };
  }

  describe(path, step) {
    const told = path.gradient(step);
    this.caption.textContent = told;
    this.canvas.setAttribute("aria-label", told);
    this.offerPath(path, step, told, (k) => this.row(path, k));
  }
}
