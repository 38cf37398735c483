// The loss seen from above: bands of equal loss, the path on them, and a click that starts from there.

import { Canvas, dot, plus, ramp, remark, rgb, roomy, trail } from "./canvas.js";
import { fill, number, tick, ticks } from "./words.js";

const TOP_BAND = 12; // above it the loss is one colour
const EDGE = { left: 58, right: 10, top: 8 };
const FOOT = 2.7; // of the letters' size, for the axis below
const LEAST_SHARE = 0.25; // of the place that a frame takes, however narrow the window of the weights is

/** Catmull-Rom weights: cubic, so that they give the values of a quadratic loss between grid points exactly. */
function cubic(t) {
  return [((2 - t) * t - 1) * t, (3 * t - 5) * t * t + 2, ((4 - 3 * t) * t + 1) * t, (t - 1) * t * t].map((w) => w / 2);
}

/** Places and weights that carry `count` grid values to `wanted` values between them. */
function spread(count, wanted) {
  return Array.from({ length: wanted }, (_none, i) => {
    const place = ((i + 0.5) / wanted) * (count - 1);
    const low = Math.max(1, Math.min(count - 3, Math.floor(place)));
    return [low - 1, cubic(place - low)];
  });
}

export class Contour extends Canvas {
  constructor(onStart) {
    super("contour", (width, room) => Math.max(250, Math.min(room || 400, width * 0.78)));
    this.onStart = onStart;
    this.canvas.tabIndex = 0;
    this.canvas.addEventListener("click", (event) => this.click(this.spot(event)));
    this.canvas.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.stopPropagation();
      if (!this.path) return;
      const [left, top, width, height] = this.box;
      this.click([left + width / 2, top + height / 2]);
    });
  }

  /** The frame: the whole place, or what of it has the shape of the window where both weights have the same scale. */
  frame(path, { equal, size }) {
    const [x0, x1, y0, y1] = path.view.window;
    const foot = Math.round(FOOT * size);
    const [wide, high] = [this.width - EDGE.left - EDGE.right, this.height - EDGE.top - foot];
    if (!equal) return [EDGE.left, EDGE.top, wide, high];
    const scale = Math.max((x1 - x0) / wide, (y1 - y0) / high);
    const width = Math.round(Math.max((x1 - x0) / scale, LEAST_SHARE * wide));
    const height = Math.round(Math.max((y1 - y0) / scale, LEAST_SHARE * high));
    return [EDGE.left + Math.round((wide - width) / 2), EDGE.top, width, height];
  }

  /** Ranges shown: the window, or more of it where a frame with the same scale for both weights would be too narrow. */
  ranges(path, equal) {
    const [x0, x1, y0, y1] = path.view.window;
    if (!equal) return [x0, x1, y0, y1];
    const [, , width, height] = this.box;
    const scale = Math.max((x1 - x0) / width, (y1 - y0) / height);
    const [mx, my] = [(x0 + x1) / 2, (y0 + y1) / 2];
    return [mx - (scale * width) / 2, mx + (scale * width) / 2, my - (scale * height) / 2, my + (scale * height) / 2];
  }

  show(path, step, look) {
    const key = [this.width, this.height, this.ratio, look.equal, look.size].join();
    if (this.path !== path || this.key !== key || this.look !== look.version) {
      Object.assign(this, { path, key, look: look.version });
      this.box = this.frame(path, look);
      this.range = this.ranges(path, look.equal);
      this.ground = null;
    }
    const context = this.begin(look);
    this.lay(context, (ground) => this.paintGround(ground, path, look));
    const [left, top, width, height] = this.box;
    const style = { color: path.side.color, halo: look.paper };
    context.save();
    context.beginPath();
    context.rect(left, top, width, height);
    context.clip();
    const points = path.points(step).map((point) => this.place(point));
    trail(context, points, { ...style, width: 2.5 });
    if (roomy(points)) for (const point of points.slice(1, -1)) dot(context, point, 2.5, style);
    if (path.side.minimum) plus(context, this.place(path.side.minimum), 8, { color: look.ink, halo: look.paper });
    dot(context, points[0], 5, { ...style, hollow: true });
    context.restore();
    const [x, y] = points.at(-1);
    const held = [Math.max(left, Math.min(left + width, x)), Math.max(top, Math.min(top + height, y))];
    dot(context, held, 7, style);
    if (path.stretched) remark(context, fill(path.stage.words.long, path.stretched), [left + 1, top + height - 1], look);
  }

  place([x, y]) {
    const [[left, top, width, height], [x0, x1, y0, y1]] = [this.box, this.range];
    return [left + ((x - x0) / (x1 - x0)) * width, top + ((y1 - y) / (y1 - y0)) * height];
  }

  weights([px, py]) {
    const [[left, top, width, height], [x0, x1, y0, y1]] = [this.box, this.range];
    return [x0 + ((px - left) / width) * (x1 - x0), y1 - ((py - top) / height) * (y1 - y0)];
  }

  within([px, py]) {
    const [left, top, width, height] = this.box;
    return px >= left && px <= left + width && py >= top && py <= top + height;
  }

  click(spot) {
    if (this.path?.stage.startable && this.within(spot)) this.onStart(this.weights(spot));
  }

  /** Bands, axes and labels, drawn once. */
  paintGround(context, path, look) {
    const [x0, x1, y0, y1] = path.view.window;
    const [[left, top], [right, bottom]] = [this.place([x0, y1]), this.place([x1, y0])];
    context.imageSmoothingEnabled = false;
    context.drawImage(this.bands(path, look, right - left, bottom - top), left, top, right - left, bottom - top);
    this.paintAxes(context, path, look);
  }

  bands(path, look, width, height) {
    const [columns, rows] = [Math.max(2, Math.round(width * this.ratio)), Math.max(2, Math.round(height * this.ratio))];
    const { grid, losses } = path.view;
    const { least, rim, ring } = path.stage;
    const [across, down] = [spread(grid, columns), spread(grid, rows)];
    const wide = new Float32Array(grid * columns);
    for (let i = 0; i < grid; i++) {
      for (let c = 0; c < columns; c++) {
        const [low, [a, b, d, e]] = across[c];
        const from = i * grid + low;
        wide[i * columns + c] = a * losses[from] + b * losses[from + 1] + d * losses[from + 2] + e * losses[from + 3];
      }
    }
    const image = new ImageData(columns, rows);
    const colors = look.stops;
    const line = rgb(look.muted);
    let before = new Int16Array(columns);
    for (let r = 0; r < rows; r++) {
      const [low, [a, b, d, e]] = down[rows - 1 - r];
      const now = new Int16Array(columns);
      for (let c = 0; c < columns; c++) {
        const from = low * columns + c;
        const value =
          a * wide[from] + b * wide[from + columns] + d * wide[from + 2 * columns] + e * wide[from + 3 * columns];
        const band = Math.min(TOP_BAND, Math.floor(Math.sqrt(Math.max(0, value - least) / rim) / ring));
        now[c] = band;
        const crossed = (c > 0 && now[c - 1] !== band) || (r > 0 && before[c] !== band);
        const color = ramp(colors, (band + 0.5) * ring * 0.7);
        for (let k = 0; k < 3; k++) image.data[4 * (r * columns + c) + k] = crossed ? (color[k] + line[k]) / 2 : color[k];
        image.data[4 * (r * columns + c) + 3] = 255;
      }
      before = now;
    }
    const painted = document.createElement("canvas");
    painted.width = columns;
    painted.height = rows;
    painted.getContext("2d").putImageData(image, 0, 0);
    return painted;
  }

  paintAxes(context, path, look) {
    const [[left, top, width, height], [x0, x1, y0, y1]] = [this.box, this.range];
    context.font = `${look.size}px ${look.font}`;
    context.strokeStyle = look.muted;
    context.lineWidth = 1;
    context.strokeRect(left, top, width, height);
    context.fillStyle = look.muted;
    context.textAlign = "center";
    context.textBaseline = "top";
    for (const x of ticks(x0, x1, width / 80)) {
      const at = this.place([x, y0])[0];
      context.fillRect(at - 0.5, top + height, 1, 5);
      context.fillText(tick(x), at, top + height + 7);
    }
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (const y of ticks(y0, y1, height / 45)) {
      const at = this.place([x0, y])[1];
      context.fillRect(left - 5, at - 0.5, 5, 1);
      context.fillText(tick(y), left - 8, at);
    }
    context.fillStyle = look.ink;
    context.font = `600 ${look.size}px ${look.font}`;
    context.textBaseline = "bottom";
    context.fillText(path.side.axes[0], left + width, top + height + Math.round(FOOT * look.size) - 1);
    context.textAlign = "left";
    context.textBaseline = "top";
    context.fillText(path.side.axes[1], left - EDGE.left + 2, top);
  }

  /** Exact values under the pointer: of the nearest step, else of the nearest point at which the loss was computed. */
  hint(spot, step) {
    if (!this.path || !this.within(spot)) return null;
    const { path } = this;
    const [a, b] = path.side.axes;
    const near = path.points(step).map((point, k) => [Math.hypot(...this.place(point).map((v, i) => v - spot[i])), k]);
    const [distance, k] = near.reduce((best, one) => (one[0] < best[0] ? one : best), [Infinity, 0]);
    if (distance < 12) return [path.sentence(k)];
    const [[x, y], [x0, x1, y0, y1], n] = [this.weights(spot), path.view.window, path.view.grid];
    const [j, i] = [Math.round(((x - x0) / (x1 - x0)) * (n - 1)), Math.round(((y - y0) / (y1 - y0)) * (n - 1))];
    if (i < 0 || j < 0 || i >= n || j >= n) return null;
    const there = [x0 + (j / (n - 1)) * (x1 - x0), y0 + (i / (n - 1)) * (y1 - y0)];
    const { words, startable } = path.stage;
    return [
      `${a} = ${number(there[0])}, ${b} = ${number(there[1])}: ${words.loss} ${number(path.view.losses[i * n + j])}`,
      ...(startable ? [words.start_here] : []),
    ];
  }

  describe(path, step) {
    const [a, b] = path.side.axes;
    const told = { a, b, label: path.side.label, path: path.sentence(step) };
    const { words, startable } = path.stage;
    const parts = [fill(words.contour_alt, told), startable ? words.start_alt : ""];
    this.canvas.setAttribute("aria-label", parts.join(" ").trim());
    this.canvas.style.cursor = startable ? "crosshair" : "default";
    this.offerPath(path, step, path.sentence(step), (k) => path.place(k));
  }
}
