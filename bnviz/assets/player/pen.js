// A pen that writes down as SVG what it is told to draw: those methods of a canvas's context that our pictures use.
// Text stays text, lines and areas stay vectors; only what was painted on a canvas before becomes an image.

export const FONT = "sans-serif"; // a file knows no fonts of a page
const RISE = { top: 0.8, middle: 0.35, bottom: -0.22, alphabetic: 0 }; // of the baseline, in sizes of the letters
const ANCHOR = { left: "start", start: "start", center: "middle", right: "end", end: "end" };
const STATE = ["fillStyle", "strokeStyle", "lineWidth", "lineJoin", "lineCap", "globalAlpha", "font", "textAlign",
  "textBaseline", "dash", "clipped"];

let ruler = null; // a canvas that measures text

/** How wide a text is in px. */
export function widthOf(text, font) {
  ruler ??= document.createElement("canvas").getContext("2d");
  ruler.font = font;
  return ruler.measureText(text).width;
}

/** A text as XML holds it. */
export function escaped(text) {
  const plain = String(text).replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "");
  return plain.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

const short = (number) => String(Number(number.toFixed(2)));

/** An SVG element; attributes that are null are left out. */
export function tag(name, attributes, content = "") {
  const known = Object.entries(attributes).filter(([, value]) => value !== null && value !== undefined);
  const told = known.map(([key, value]) => ` ${key}="${typeof value === "number" ? short(value) : escaped(value)}"`);
  return content === "" ? `<${name}${told.join("")}/>` : `<${name}${told.join("")}>${content}</${name}>`;
}

export class Pen {
  constructor(width, height) {
    Object.assign(this, { width, height, marks: [], stack: [], steps: "", clips: 0 });
    Object.assign(this, { fillStyle: "#000000", strokeStyle: "#000000", lineWidth: 1, lineJoin: "miter", lineCap: "butt" });
    Object.assign(this, { globalAlpha: 1, font: `10px ${FONT}`, textAlign: "left", textBaseline: "alphabetic" });
    Object.assign(this, { dash: [], clipped: null });
  }

  /** What was drawn, as SVG elements. */
  get drawing() {
    return { width: this.width, height: this.height, marks: this.marks.join("\n") };
  }

  put(name, attributes, content) {
    const faded = this.globalAlpha === 1 ? null : this.globalAlpha;
    this.marks.push(tag(name, { ...attributes, opacity: faded, "clip-path": this.clipped }, content));
  }

  save() {
    this.stack.push(STATE.map((name) => this[name]));
  }

  restore() {
    const kept = this.stack.pop();
    STATE.forEach((name, place) => (this[name] = kept[place]));
  }

  /** The pen draws in CSS pixels, on clean paper. */
  setTransform() {}
  scale() {}
  clearRect() {}

  setLineDash(dash) {
    this.dash = dash;
  }

  beginPath() {
    this.steps = "";
  }

  moveTo(x, y) {
    this.steps += `M${short(x)} ${short(y)}`;
  }

  lineTo(x, y) {
    this.steps += `${this.steps ? "L" : "M"}${short(x)} ${short(y)}`;
  }

  closePath() {
    this.steps += "Z";
  }

  rect(x, y, width, height) {
    this.steps += `M${short(x)} ${short(y)}h${short(width)}v${short(height)}h${short(-width)}Z`;
  }

  arc(x, y, radius, start, end, back = false) {
    const turn = 2 * Math.PI;
    const whole = Math.abs(end - start) >= turn - 1e-9;
    const sweep = whole ? turn : ((((back ? start - end : end - start) % turn) + turn) % turn);
    const [from, half, to] = [0, 0.5, 1].map((share) => {
      const angle = start + (back ? -1 : 1) * share * sweep;
      return `${short(x + radius * Math.cos(angle))} ${short(y + radius * Math.sin(angle))}`;
    });
    const bow = (point) => `A${short(radius)} ${short(radius)} 0 0 ${back ? 0 : 1} ${point}`;
    this.steps += `${this.steps && !whole ? "L" : "M"}${from}${bow(half)}${bow(to)}${whole ? "Z" : ""}`;
  }

  get line() {
    const { strokeStyle: stroke, lineWidth, lineJoin, lineCap, dash } = this;
    return {
      stroke,
      "stroke-width": lineWidth,
      "stroke-linejoin": lineJoin === "miter" ? null : lineJoin,
      "stroke-linecap": lineCap === "butt" ? null : lineCap,
      "stroke-dasharray": dash.length ? dash.join(" ") : null,
    };
  }

  fill() {
    if (this.steps) this.put("path", { d: this.steps, fill: this.fillStyle });
  }

  stroke() {
    if (this.steps) this.put("path", { d: this.steps, fill: "none", ...this.line });
  }

  clip() {
    this.clips += 1;
    const id = `clip-${this.clips}`;
    this.marks.push(tag("clipPath", { id }, tag("path", { d: this.steps })));
    this.clipped = `url(#${id})`;
  }

  fillRect(x, y, width, height) {
    this.put("rect", { x, y, width, height, fill: this.fillStyle });
  }

  strokeRect(x, y, width, height) {
    this.put("rect", { x, y, width, height, fill: "none", ...this.line });
  }

  measureText(text) {
    return { width: widthOf(text, this.font) };
  }

  write(text, x, y, paint) {
    const [, weight, size] = this.font.match(/^(?:(\d+|bold|normal)\s+)?([\d.]+)px/);
    const attributes = {
      x,
      y: y + RISE[this.textBaseline] * size,
      "font-size": Number(size),
      "font-weight": weight ?? null,
      "text-anchor": ANCHOR[this.textAlign] === "start" ? null : ANCHOR[this.textAlign],
    };
    if (String(text).trim()) this.put("text", { ...attributes, ...paint }, escaped(text));
  }

  fillText(text, x, y) {
    this.write(text, x, y, { fill: this.fillStyle });
  }

  strokeText(text, x, y) {
    this.write(text, x, y, { fill: "none", ...this.line, "stroke-linejoin": "round" });
  }

  /** What was painted on a canvas, as pixels. */
  drawImage(canvas, x, y, width, height) {
    this.put("image", { x, y, width, height, href: canvas.toDataURL("image/png") });
  }
}
