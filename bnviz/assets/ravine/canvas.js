// What all pictures share: a canvas as wide as its place, sharp on every screen, with a heading, a sentence, the numbers
// and the files. On paper the same picture is drawn by a pen that writes SVG.

import { Files } from "../player/files.js";
import { Numbers } from "../player/numbers.js";
import { FONT, Pen } from "../player/pen.js";

const PAPER_WIDTH = 680; // px
const PAPER_LETTERS = 13;
const WORDS = 12; // px between a canvas and what stands below it
const PAPER_SHARP = 3; // pixels of what is painted for one of the paper

/** Build an element with properties and children. */
export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

export class Canvas {
  /** `height(width, room)` in px, `room` being what the presenter view has left for it, else 0; `draw(context, width, height)` paints. */
  constructor(kind, height) {
    this.kind = kind;
    this.heightOf = height;
    this.heading = element("h4");
    this.canvas = element("canvas");
    this.canvas.setAttribute("role", "img");
    this.caption = element("figcaption");
    this.files = new Files(() => this.take());
    this.numbers = new Numbers();
    const head = element("div", { className: "headed" }, this.heading, this.files.element);
    this.element = element("figure", { className: `picture ${kind}` }, head, this.canvas, this.caption, this.numbers.element);
  }

  /** Offer the numbers of the picture up to a step, and its files; `subject` is what `show` draws. */
  offer({ subject, paths, label, step, sentence, rows }) {
    const { stage } = paths[0];
    const heading = label ? `${label}: ${this.heading.textContent}` : this.heading.textContent;
    this.offered = { subject, paths, label, step, heading, sentence, rows };
    this.files.describe(stage.origin, heading);
    this.numbers.name(heading);
    this.numbers.show([{ rowsAt: rows }], null, step);
  }

  /** The same for a picture of one path, told in a sentence; `row(k)` has the numbers after k updates. */
  offerPath(path, step, sentence, row) {
    const rows = () => path.rows(step, row);
    this.offer({ subject: path, paths: [path], label: path.side.label, step, sentence, rows });
  }

  /** What the files hold: the picture as it stands, its sentence, the learning rates, its numbers. */
  take() {
    const { paths, label, step, heading, sentence, rows } = this.offered;
    return {
      title: heading,
      name: [label, this.kind, `update${step}`].filter(Boolean).join("-"),
      caption: sentence,
      settings: paths.map((path) => (label ? path.rateWords() : `${path.side.label} ${path.rateWords()}`)),
      drawing: () => this.drawn(),
      tables: () => [{ name: this.kind, rows: rows() }],
    };
  }

  /** The picture on white paper, as SVG marks; then everything is as it was. */
  drawn() {
    const { subject, paths, step } = this.offered;
    const { stage } = paths[0];
    const { width, height, ratio } = this;
    const shown = paths.map((path) => path.side.color);
    Object.assign(this, { width: PAPER_WIDTH, height: Math.round(this.heightOf(PAPER_WIDTH, 0)), ratio: PAPER_SHARP });
    this.pen = new Pen(this.width, this.height);
    try {
      for (const path of paths) path.side.color = path.side.colors.light;
      this.show(subject, step, paperLook(stage));
      return this.pen.drawing;
    } finally {
      paths.forEach((path, k) => (path.side.color = shown[k]));
      Object.assign(this, { width, height, ratio, pen: null, key: null });
      this.restore?.();
    }
  }

  /** What stays while the step moves: painted once and kept, so that a frame takes no longer than its path. */
  lay(context, paint) {
    if (this.pen) return paint(context);
    if (!this.ground) {
      this.ground = element("canvas", { width: this.canvas.width, height: this.canvas.height });
      const under = this.ground.getContext("2d");
      under.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
      paint(under);
    }
    return context.drawImage(this.ground, 0, 0, this.width, this.height);
  }

  /** Paint thousands of cells: on paper they become one image. */
  paintCells(context, paint) {
    if (!this.pen) return paint(context);
    const cells = element("canvas", { width: this.width * this.ratio, height: this.height * this.ratio });
    const under = cells.getContext("2d");
    under.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    paint(under);
    return context.drawImage(cells, 0, 0, this.width, this.height);
  }

  /** Fit the canvas to its place; return whether its size has changed. */
  fit(room = 0) {
    const width = Math.floor(this.element.clientWidth);
    const height = Math.round(this.heightOf(width, room));
    const ratio = Math.min(3, window.devicePixelRatio || 1);
    if (width === this.width && height === this.height && ratio === this.ratio) return false;
    Object.assign(this, { width, height, ratio });
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.canvas.style.height = `${height}px`;
    return true;
  }

  /** What is left of the height of a place for the canvas, below what stands above it and above its own words. */
  roomIn(place) {
    const above = this.canvas.getBoundingClientRect().top - place.getBoundingClientRect().top + place.scrollTop;
    return place.clientHeight - above - this.caption.offsetHeight - this.numbers.element.offsetHeight - WORDS;
  }

  /** A cleared context in CSS pixels with the page's font. */
  begin(look) {
    const context = this.pen ?? this.canvas.getContext("2d");
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.clearRect(0, 0, this.width, this.height);
    context.font = `${look.size}px ${look.font}`;
    context.lineJoin = "round";
    context.lineCap = "butt";
    return context;
  }

  /** Where a pointer event is, in CSS pixels of the canvas. */
  spot(event) {
    const box = this.canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }
}

/** Colours, font and size of letters as a file has them; another version than any that a screen has. */
function paperLook(stage) {
  const { ink, muted, faint, paper, ramp: stops } = stage.themes.light;
  const mesh = `color-mix(in srgb, ${ink} 22%, transparent)`;
  const letters = { font: FONT, size: PAPER_LETTERS, version: "paper" };
  return { ink, muted, faint, paper, mesh, ...letters, stops: stops.map(rgb), equal: stage.equal };
}

/** A colour between stops, `at` in 0..1, as [r, g, b]. */
export function ramp(stops, at) {
  const place = Math.max(0, Math.min(1, at)) * (stops.length - 1);
  const low = Math.min(stops.length - 2, Math.floor(place));
  return stops[low].map((value, i) => value + (stops[low + 1][i] - value) * (place - low));
}

/** "#rrggbb" as [r, g, b]. */
export function rgb(color) {
  return [1, 3, 5].map((start) => parseInt(color.slice(start, start + 2), 16));
}

/** Draw a line through points, first with a halo of the paper so that it stands out. */
export function trail(context, points, { color, width, dash = [], halo }) {
  if (points.length < 2) return;
  context.beginPath();
  points.forEach(([x, y], index) => (index ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.setLineDash([]);
  if (halo) {
    context.strokeStyle = halo;
    context.lineWidth = width + 2.5;
    context.globalAlpha = 0.8;
    context.stroke();
    context.globalAlpha = 1;
  }
  context.strokeStyle = color;
  context.lineWidth = width;
  context.setLineDash(dash);
  context.stroke();
  context.setLineDash([]);
}

/** Whether the points of a path lie far enough apart to be marked one by one. */
export function roomy(points) {
  const far = points.slice(1).map(([x, y], k) => Math.hypot(x - points[k][0], y - points[k][1]));
  return far.length > 0 && far.length < 62 && far.reduce((sum, one) => sum + one, 0) / far.length > 16;
}

/** A filled or hollow circle with a halo. */
export function dot(context, [x, y], radius, { color, halo, hollow = false }) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = hollow ? halo : color;
  context.fill();
  context.strokeStyle = hollow ? color : halo;
  context.lineWidth = hollow ? 2.5 : 1.5;
  context.stroke();
}

/** A remark that belongs to the picture, above and right of a corner, on paper so that it can be read. */
export function remark(context, text, [left, bottom], look) {
  context.font = `600 ${look.size}px ${look.font}`;
  const [width, height] = [context.measureText(text).width + 12, look.size + 10];
  context.globalAlpha = 0.85;
  context.fillStyle = look.paper;
  context.fillRect(left, bottom - height, width, height);
  context.globalAlpha = 1;
  context.fillStyle = look.ink;
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.fillText(text, left + 6, bottom - height / 2);
}

/** The minimum: a plus sign. */
export function plus(context, [x, y], size, { color, halo }) {
  for (const [style, width] of [[halo, 6], [color, 2.5]]) {
    context.beginPath();
    context.moveTo(x - size, y);
    context.lineTo(x + size, y);
    context.moveTo(x, y - size);
    context.lineTo(x, y + size);
    context.strokeStyle = style;
    context.lineWidth = width;
    context.stroke();
  }
}

/** An arrow from one point to another. */
export function arrow(context, [x0, y0], [x1, y1], { color, width, dash = [] }) {
  const length = Math.hypot(x1 - x0, y1 - y0);
  if (length < 1.5) return;
  const head = Math.min(4 + 2.5 * width, length);
  const [ux, uy] = [(x1 - x0) / length, (y1 - y0) / length];
  const [bx, by] = [x1 - ux * head * 0.8, y1 - uy * head * 0.8];
  context.strokeStyle = context.fillStyle = color;
  context.lineWidth = width;
  context.setLineDash(dash);
  context.beginPath();
  context.moveTo(x0, y0);
  context.lineTo(bx, by);
  context.stroke();
  context.setLineDash([]);
  context.beginPath();
  context.moveTo(x1, y1);
  context.lineTo(x1 - ux * head - uy * head * 0.5, y1 - uy * head + ux * head * 0.5);
  context.lineTo(x1 - ux * head + uy * head * 0.5, y1 - uy * head - ux * head * 0.5);
  context.fill();
}
