// What all pictures share: a canvas as wide as its place, sharp on every screen, with a heading and a sentence.

import { Extras } from "../player/still.js";

/** Build an element with properties and children. */
export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

export class Canvas {
  /** `height(width)` in px; `draw(context, width, height)` paints. */
  constructor(kind, height) {
    this.kind = kind;
    this.heightOf = height;
    this.heading = element("h4");
    this.canvas = element("canvas");
    this.canvas.setAttribute("role", "img");
    this.caption = element("figcaption");
    this.element = element("figure", { className: `picture ${kind}` }, this.heading, this.canvas, this.caption);
    this.extras = new Extras(this.canvas);
    this.element.append(this.extras.element);
  }

  /** Offer the numbers of the picture up to a step, and the picture as a file. */
  offer({ stage, label, step, sentence, rows }) {
    const heading = label ? `${label}: ${this.heading.textContent}` : this.heading.textContent;
    const file = ["bnviz ravine", label, this.kind, `update ${step}`].filter(Boolean).join(" ");
    this.extras.show({ heading, sentence, file, step, save: stage.words.save, tables: [rows] });
  }

  /** The same for a picture of one path, told in a sentence; `row(k)` has the numbers after k updates. */
  offerPath(path, step, sentence, row) {
    const { stage, side } = path;
    const told = `${sentence} ${path.rateWords()}`;
    this.offer({ stage, label: side.label, step, sentence: told, rows: () => path.rows(step, row) });
  }

  /** Fit the canvas to its place; return whether its size has changed. */
  fit() {
    const width = Math.floor(this.element.clientWidth);
    const height = Math.round(this.heightOf(width));
    const ratio = Math.min(3, window.devicePixelRatio || 1);
    if (width === this.width && height === this.height && ratio === this.ratio) return false;
    Object.assign(this, { width, height, ratio });
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.canvas.style.height = `${height}px`;
    return true;
  }

  /** A cleared context in CSS pixels with the page's font. */
  begin(look) {
    const context = this.canvas.getContext("2d");
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
