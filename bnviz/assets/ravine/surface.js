// The loss as a surface in space, drawn on a plain canvas: no WebGL is needed. Every corner of the mesh is a computed loss.

import { Canvas, dot, plus, ramp, remark, roomy, trail } from "./canvas.js";
import { fill, tick, ticks } from "./words.js";

const START = { turn: -0.62, tilt: 0.74, zoom: 1 };
const REACH = 1.4; // the highest loss shown, in first excess losses above the smallest
const HEIGHT = 1.15; // of that loss, where the window is 2 by 2
const DISTANCE = 7; // of the eye
const LINES = 4; // every fourth line of the mesh is drawn

export function straightCamera() {
  return { ...START };
}

export class Surface extends Canvas {
  /** `onTurn(camera)` is told of a new point of view. */
  constructor(onTurn) {
    super("surface", (width, room) => Math.max(250, Math.min(room || 400, width * 0.76)));
    this.onTurn = onTurn;
    this.camera = straightCamera();
    this.canvas.tabIndex = 0;
    this.listen();
  }

  listen() {
    const { canvas } = this;
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.grip = [event.clientX, event.clientY];
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!this.grip) return;
      const [dx, dy] = [event.clientX - this.grip[0], event.clientY - this.grip[1]];
      this.grip = [event.clientX, event.clientY];
      this.turn(dx * 0.01, event.pointerType === "touch" ? 0 : dy * 0.008);
    });
    for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, () => (this.grip = null));
    canvas.addEventListener("wheel", (event) => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      this.turn(0, 0, Math.exp(-event.deltaY / 300));
    });
    canvas.addEventListener("keydown", (event) => {
      const moves = {
        ArrowLeft: [-0.1, 0],
        ArrowRight: [0.1, 0],
        ArrowUp: [0, 0.08],
        ArrowDown: [0, -0.08],
        "+": [0, 0, 1.1],
        "-": [0, 0, 1 / 1.1],
      };
      if (!Object.hasOwn(moves, event.key)) return;
      event.preventDefault();
      event.stopPropagation();
      this.turn(...moves[event.key]);
    });
  }

  turn(turn, tilt, zoom = 1) {
    const { camera } = this;
    this.onTurn({
      turn: camera.turn - turn,
      tilt: Math.max(0.08, Math.min(1.5, camera.tilt + tilt)),
      zoom: Math.max(0.6, Math.min(3, camera.zoom * zoom)),
    });
  }

  /** Prepare the projection for a camera and a window. */
  aim(path, look) {
    const { turn, tilt, zoom } = this.camera;
    this.window = this.floor(path, look);
    const [x0, x1, y0, y1] = this.window;
    const widest = Math.max(x1 - x0, y1 - y0);
    this.aspect = look.equal ? [(x1 - x0) / widest, (y1 - y0) / widest] : [1, 1];
    this.trig = [Math.cos(turn), Math.sin(turn), Math.cos(tilt), Math.sin(tilt)];
    const [, , ce, se] = this.trig;
    // Whichever way it is turned, so that turning does not change the size: at the front a corner of the floor may lie,
    // at the back the rim of a bowl.
    const corner = Math.hypot(...this.aspect);
    const up = Math.max(...this.aspect) * se + (HEIGHT * ce) / 2;
    const down = corner * se + (HEIGHT * ce) / 2;
    const fit = Math.min((this.width - 70) / (2 * corner), (this.height - 62) / (up + down));
    this.screen = [this.width / 2 + 8, this.height / 2 - 12 + ((up - down) / 2) * fit, zoom * fit];
  }

  /** The part of the window that the floor shows: with the same scale for both weights not wider than high. */
  floor(path, look) {
    const { window, grid } = path.view;
    const [x0, x1, y0, y1] = window;
    this.first = 0;
    if (look.equal && x1 - x0 > y1 - y0) {
      this.first = Math.floor(((1 - (y1 - y0) / (x1 - x0)) / 2) * (grid - 1));
    }
    const cut = (this.first / (grid - 1)) * (x1 - x0);
    return [x0 + cut, x1 - cut, y0, y1];
  }

  /** A point of the unit box (x, y in -1..1, z in 0..1) on the screen. */
  project(x, y, z) {
    const [ct, st, ce, se] = this.trig;
    const [cx, cy, scale] = this.screen;
    const [px, py, pz] = [x * this.aspect[0], y * this.aspect[1], (z - 0.5) * HEIGHT];
    const [right, away] = [px * ct - py * st, px * st + py * ct];
    const depth = away * ce - pz * se;
    const size = (scale * DISTANCE) / (DISTANCE + depth);
    return [cx + right * size, cy - (pz * ce + away * se) * size];
  }

  lift(loss) {
    const { least, rim } = this.path.stage;
    return (loss - least) / (rim * REACH);
  }

  /** A point of weights with its loss, in the unit box. */
  boxed([a, b], loss) {
    const [x0, x1, y0, y1] = this.window;
    return [(2 * (a - x0)) / (x1 - x0) - 1, (2 * (b - y0)) / (y1 - y0) - 1, this.lift(loss)];
  }

  show(path, step, look) {
    const key = [this.width, this.height, this.ratio, look.equal, ...Object.values(this.camera)].join();
    if (this.path !== path || this.key !== key || this.look !== look.version) {
      Object.assign(this, { path, key, look: look.version });
      this.aim(path, look);
      this.ground = null;
    }
    const context = this.begin(look);
    this.lay(context, (ground) => {
      this.paintFloor(ground, path, look);
      this.paintCells(ground, (cells) => this.paintMesh(cells, path, look));
    });
    const points = path.points(step).map((point, k) => this.boxed(point, path.at("loss", k)));
    this.spots = points.map((point) => (within(point) ? this.project(...point) : null));
    const style = { color: path.side.color, halo: look.paper };
    this.paintPath(context, points, { ...style, width: 2.5 });
    const seen = this.spots.filter(Boolean);
    if (roomy(seen)) for (const spot of seen.slice(1, -1)) dot(context, spot, 2.5, style);
    if (path.side.minimum) {
      const bottom = this.project(...this.boxed(path.side.minimum, path.side.least));
      plus(context, bottom, 7, { color: look.ink, halo: look.paper });
    }
    if (this.spots[0]) dot(context, this.spots[0], 5, { ...style, hollow: true });
    if (this.spots.at(-1)) dot(context, this.spots.at(-1), 7, style);
    if (path.stretched) remark(context, fill(path.stage.words.long, path.stretched), [0, look.size + 10], look);
  }

  /** The path as far as it is in the box. */
  paintPath(context, points, style) {
    let run = points.slice(0, 1).filter(within);
    const end = () => {
      trail(context, run.map((point) => this.project(...point)), style);
      run = [];
    };
    points.slice(1).forEach((point, k) => {
      const part = cutSegment(points[k], point);
      if (!part) return end();
      if (!within(points[k])) end();
      run = run.length ? [...run, part[1]] : part;
      if (!within(point)) end();
    });
    end();
  }

  paintMesh(context, path, look) {
    const { grid: n, losses } = path.view;
    const lifted = Float32Array.from(losses, (loss) => this.lift(loss));
    const [ct, st] = this.trig;
    const order = Array.from({ length: n - 1 }, (_none, k) => k);
    const inner = order.slice(this.first, n - 1 - this.first);
    const [rows, columns] = [ct > 0 ? order.toReversed() : order, st > 0 ? inner.toReversed() : inner];
    const unit = (k, cut) => (2 * (k - cut)) / (n - 1 - 2 * cut) - 1;
    for (const i of rows) {
      for (const j of columns) {
        const corners = [[j, i], [j + 1, i], [j + 1, i + 1], [j, i + 1]].map(([c, r]) => [
          unit(c, this.first),
          unit(r, 0),
          lifted[r * n + c],
        ]);
        this.paintCell(context, corners, look, [i % LINES === 0, j % LINES === 0]);
      }
    }
  }

  /** One cell of the mesh, cut where the loss leaves the picture. */
  paintCell(context, corners, look, [lower, left]) {
    const low = corners.filter(([, , z]) => z <= 1).length;
    if (!low) return;
    const shape = low === 4 ? corners : clip(corners);
    const spots = shape.map((corner) => this.project(...corner));
    const mean = (corners[0][2] + corners[1][2] + corners[2][2] + corners[3][2]) / 4;
    const [dx, dy] = [corners[1][2] - corners[0][2], corners[3][2] - corners[0][2]];
    const light = 1 - Math.max(-0.16, Math.min(0.2, 1.6 * dx - 1.1 * dy));
    const color = ramp(look.stops, 0.7 * Math.sqrt(Math.max(0, mean * REACH))).map((v) => Math.min(255, v * light));
    context.fillStyle = context.strokeStyle = `rgb(${color.map(Math.round).join()})`;
    context.lineWidth = 0.7;
    context.beginPath();
    spots.forEach(([x, y], k) => (k ? context.lineTo(x, y) : context.moveTo(x, y)));
    context.closePath();
    context.fill();
    context.stroke();
    if (low < 4 || !(lower || left)) return;
    context.strokeStyle = look.mesh;
    context.beginPath();
    if (lower) context.moveTo(...spots[0]), context.lineTo(...spots[1]);
    if (left) context.moveTo(...spots[0]), context.lineTo(...spots[3]);
    context.stroke();
  }

  /** The floor with both weights' axes on the near edges, and the axis of the loss on the left. */
  paintFloor(context, path, look) {
    const [ct, st] = this.trig;
    const [nearY, nearX] = [ct > 0 ? -1 : 1, st > 0 ? -1 : 1];
    context.strokeStyle = look.muted;
    context.lineWidth = 1;
    context.beginPath();
    [[-1, -1], [1, -1], [1, 1], [-1, 1], [-1, -1]].forEach(([x, y], k) => {
      const spot = this.project(x, y, 0);
      if (k) context.lineTo(...spot);
      else context.moveTo(...spot);
    });
    context.stroke();
    context.font = `${look.size}px ${look.font}`;
    const [x0, x1, y0, y1] = this.window;
    const small = this.width < 380 || look.equal;
    for (const x of ticks(x0, x1, small && this.aspect[0] < 0.6 ? 1 : 3)) {
      this.mark(context, look, tick(x), (away) => [(2 * (x - x0)) / (x1 - x0) - 1, nearY * away, 0]);
    }
    for (const y of ticks(y0, y1, small && this.aspect[1] < 0.6 ? 1 : 3)) {
      this.mark(context, look, tick(y), (away) => [nearX * away, (2 * (y - y0)) / (y1 - y0) - 1, 0]);
    }
    context.font = `600 ${look.size}px ${look.font}`;
    const name = (text, point) => this.label(context, look.ink, text, this.project(...point));
    name(path.side.axes[0], [0.55, nearY * 1.42, 0]);
    name(path.side.axes[1], [nearX * 1.42, 0.55, 0]);
    this.paintHeight(context, path, look);
  }

  paintHeight(context, path, look) {
    const corners = [[-1, -1], [1, -1], [1, 1], [-1, 1]].map(([x, y]) => [this.project(x, y, 0)[0], x, y]);
    const [, x, y] = corners.reduce((best, one) => (one[0] < best[0] ? one : best));
    const { least, rim, words } = path.stage;
    context.beginPath();
    context.moveTo(...this.project(x, y, 0));
    context.lineTo(...this.project(x, y, 1));
    context.stroke();
    context.font = `${look.size}px ${look.font}`;
    context.textAlign = "right";
    context.textBaseline = "middle";
    context.fillStyle = look.muted;
    for (const loss of ticks(least, least + REACH * rim, 3)) {
      const [px, py] = this.project(x, y, this.lift(loss));
      context.fillRect(px - 5, py - 0.5, 5, 1);
      context.fillText(tick(loss), px - 8, py);
    }
    context.font = `600 ${look.size}px ${look.font}`;
    this.label(context, look.ink, words.loss, this.project(x, y, 1.14));
  }

  mark(context, look, text, where) {
    const [from, to] = [this.project(...where(1)), this.project(...where(1.06))];
    context.beginPath();
    context.moveTo(...from);
    context.lineTo(...to);
    context.stroke();
    this.label(context, look.muted, text, this.project(...where(1.19)));
  }

  label(context, color, text, [x, y]) {
    context.fillStyle = color;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillText(text, x, y);
  }

  hint(spot, _step) {
    if (!this.spots || this.grip) return null;
    const far = (one) => (one ? Math.hypot(one[0] - spot[0], one[1] - spot[1]) : Infinity);
    const near = this.spots.map((one, k) => [far(one), k]);
    const [distance, k] = near.reduce((best, one) => (one[0] < best[0] ? one : best), [Infinity, 0]);
    return distance < 14 ? [this.path.sentence(k)] : null;
  }

  describe(path, step) {
    const [a, b] = path.side.axes;
    const told = { a, b, label: path.side.label, path: path.sentence(step) };
    this.canvas.setAttribute("aria-label", fill(path.stage.words.surface_alt, told));
    this.caption.textContent = path.sentence(step);
    this.offerPath(path, step, path.sentence(step), (k) => path.place(k));
  }
}

/** Whether a point is in the unit box, or hardly outside. */
function within([x, y, z]) {
  return Math.abs(x) <= 1.001 && Math.abs(y) <= 1.001 && z <= 1.02;
}

/** The part of a line between two points that is in the unit box, or null. */
function cutSegment(one, other) {
  let [from, to] = [0, 1];
  for (const [axis, sign, bound] of [[0, 1, 1], [0, -1, 1], [1, 1, 1], [1, -1, 1], [2, 1, 1.02]]) {
    const [a, b] = [sign * one[axis] - bound, sign * other[axis] - bound];
    if (a > 0 && b > 0) return null;
    if (a > 0) from = Math.max(from, a / (a - b));
    if (b > 0) to = Math.min(to, a / (a - b));
  }
  if (from >= to) return null;
  const at = (t) => one.map((value, k) => value + t * (other[k] - value));
  return [at(from), at(to)];
}

/** The part of a cell that is not higher than 1. */
function clip(corners) {
  const kept = [];
  corners.forEach((one, k) => {
    const next = corners[(k + 1) % corners.length];
    if (one[2] <= 1) kept.push(one);
    if (one[2] <= 1 !== next[2] <= 1) {
      const t = (1 - one[2]) / (next[2] - one[2]);
      kept.push([one[0] + t * (next[0] - one[0]), one[1] + t * (next[1] - one[1]), 1]);
    }
  });
  return kept;
}
