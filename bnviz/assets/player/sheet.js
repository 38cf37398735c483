// A picture as a file that stands alone: on white paper, with its heading, its sentence, the settings and where it is
// from. The same sheet as that of bnviz/plots/sheet.py.

import { FONT, escaped, tag, widthOf } from "./pen.js";

const EDGE = 16; // px around the picture
const TITLE = 18;
const LETTERS = 12;
const LINE = 17; // px from line to line
const SAMPLE = 28; // px of a line in the legend
const LEAST = 480; // px of width for the words
const INK = "#0f172a";
const PAPER = "#ffffff";
const SHARP = 2; // pixels of a PNG file for one of the picture
const MOST_SHOWN = 360; // characters of an address
const KEPT = ["lesson", "hide", "present", "quiz", "notation"]; // parameters that say nothing of a picture

/** The lines of a text that are no wider than so many pixels; a word that is wider is cut. */
export function wrapped(text, font, width) {
  const lines = [""];
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (widthOf(longer, font) <= width) lines[lines.length - 1] = longer;
    else lines.push(...cut(word, font, width));
  }
  return lines.filter(Boolean);
}

function cut(word, font, width) {
  const parts = [""];
  for (const letter of word) {
    if (widthOf(parts.at(-1) + letter, font) > width) parts.push("");
    parts[parts.length - 1] += letter;
  }
  return parts;
}

/** The lab and its address, as a caption has them; a page that was opened from a disk has none. */
export function sourceOf(origin) {
  const here = new URL(window.location.href);
  if (!here.protocol.startsWith("http")) return `bnviz, ${origin.lab}`;
  for (const name of KEPT) here.searchParams.delete(name);
  const query = here.searchParams.toString().replaceAll("%2C", ",").replaceAll("%3A", ":").replaceAll("%7E", "~");
  const bare = here.origin + here.pathname;
  const whole = query ? `${bare}?${query}` : bare;
  return `bnviz, ${origin.lab}: ${whole.length <= MOST_SHOWN ? whole : bare}`;
}

/** What each line stands for, in rows: the height that they take, and their marks. */
function keys(legend, width, top) {
  const marks = [];
  let [x, y] = [0, 0];
  for (const { label, color, dash } of legend) {
    const wide = SAMPLE + 8 + widthOf(label, `${LETTERS}px ${FONT}`);
    if (x > 0 && x + wide > width) [x, y] = [0, y + LINE];
    const line = { x1: EDGE + x, x2: EDGE + x + SAMPLE, y1: top + y + 8, y2: top + y + 8, stroke: color, "stroke-width": 3 };
    marks.push(tag("line", { ...line, "stroke-dasharray": dash[1] ? dash.join(" ") : null }));
    marks.push(tag("text", { x: EDGE + x + SAMPLE + 8, y: top + y + 12, "font-size": LETTERS, fill: INK }, escaped(label)));
    x += wide + 20;
  }
  return [legend.length ? y + LINE + 6 : 0, marks];
}

/** The file: `drawing` is {width, height, marks} of `Pen`, or {svg} of Vega; `legend` tells {label, color, dash}. */
export function sheet(drawing, { title, told, legend = [] }) {
  const width = Math.max(LEAST, drawing.width);
  const lines = told.filter(Boolean).flatMap((part) => wrapped(part, `${LETTERS}px ${FONT}`, width));
  const heads = wrapped(title, `bold ${TITLE}px ${FONT}`, width);
  let y = EDGE;
  const words = [];
  const write = (text, size, height, more) => {
    words.push(tag("text", { x: EDGE, y: y + 0.8 * size, "font-size": size, fill: INK, ...more }, escaped(text)));
    y += height;
  };
  for (const line of heads) write(line, TITLE, TITLE + 6, { "font-weight": "bold" });
  for (const line of lines) write(line, LETTERS, LINE, {});
  y += 14;
  const [height, drawnKeys] = keys(legend, width, y);
  words.push(...drawnKeys);
  y += height;
  const [full, tall] = [Math.ceil(width + 2 * EDGE), Math.ceil(y + drawing.height + EDGE)];
  const marks = drawing.svg
    ? drawing.svg.replace("<svg ", `<svg x="${EDGE}" y="${y}" `)
    : tag("g", { transform: `translate(${EDGE} ${y})` }, `\n${drawing.marks}\n`);
  const size = { width: full, height: tall, viewBox: `0 0 ${full} ${tall}`, "font-family": FONT };
  const ground = tag("rect", { width: full, height: tall, fill: PAPER });
  const content = [tag("title", {}, escaped(title)), ground, ...words, marks].join("\n");
  return tag("svg", { xmlns: "http://www.w3.org/2000/svg", ...size }, `\n${content}\n`);
}

/** The sheet as the pixels of a PNG file. */
export async function pixels(svg) {
  const address = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = SHARP * image.naturalWidth;
    canvas.height = SHARP * image.naturalHeight;
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((done) => canvas.toBlob(done, "image/png"));
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** Rows of tables as CSV, every number with all its digits; of several tables the first column says which. */
export function csv(tables) {
  const named = tables.filter(({ rows }) => rows.length);
  const several = named.length > 1;
  const rows = named.flatMap((table) => table.rows.map((row) => (several ? { table: table.name, ...row } : row)));
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))].filter((name) => !rows.some((row) => isPaint(row[name])));
  return [names, ...rows.map((row) => names.map((name) => row[name]))].map((cells) => `${cells.map(cell).join(",")}\n`).join("");
}

const isPaint = (value) => typeof value === "string" && /^(data:image|#[0-9a-f]{6}$)/.test(value);

function cell(value) {
  const text = value === null || value === undefined ? "" : String(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
