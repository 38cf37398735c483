// Under a picture on a canvas: its numbers as a table, and the picture as a PNG file with its sentence.

import { Numbers } from "./numbers.js";

const EDGE = 16; // px around the picture
const LETTERS = 14; // px
const LINE = 21; // px from line to line

/** The lines of a text that are no wider than so many pixels. */
function wrapped(pen, text, width) {
  const lines = [""];
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`.trim();
    if (pen.measureText(longer).width <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** A canvas with its heading above and its sentence below, on the ground of the page. */
export function still(canvas, { heading, sentence }) {
  const { color, fontFamily } = getComputedStyle(canvas);
  const ground = getComputedStyle(canvas).getPropertyValue("--st-background-color").trim() || "#ffffff";
  const sharp = canvas.width / canvas.offsetWidth;
  const made = document.createElement("canvas");
  const pen = made.getContext("2d");
  const [bold, plain] = [`600 ${LETTERS + 1}px ${fontFamily}`, `${LETTERS}px ${fontFamily}`];
  pen.font = bold;
  const above = wrapped(pen, heading, canvas.offsetWidth);
  pen.font = plain;
  const below = wrapped(pen, sentence, canvas.offsetWidth);
  made.width = canvas.width + 2 * EDGE * sharp;
  made.height = canvas.height + (2 * EDGE + LINE * (above.length + below.length) + EDGE) * sharp;
  pen.fillStyle = ground;
  pen.fillRect(0, 0, made.width, made.height);
  const top = EDGE + LINE * above.length;
  pen.drawImage(canvas, EDGE * sharp, top * sharp);
  pen.scale(sharp, sharp);
  pen.fillStyle = color;
  pen.textBaseline = "top";
  const write = (lines, from) => lines.forEach((line, k) => pen.fillText(line, EDGE, from + k * LINE));
  pen.font = bold;
  write(above, EDGE - 4);
  pen.font = plain;
  write(below, top + canvas.offsetHeight + EDGE / 2);
  return made;
}

function save(made, file) {
  made.toBlob((blob) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = file;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }, "image/png");
}

export class Extras {
  constructor(canvas) {
    this.canvas = canvas;
    this.numbers = new Numbers();
    this.button = document.createElement("button");
    this.button.type = "button";
    this.button.className = "save";
    this.button.addEventListener("click", () => {
      const { heading, sentence, file } = this.told;
      save(still(this.canvas, { heading, sentence }), `${file.toLowerCase().replace(/[^a-z0-9]+/g, "-")}.png`);
    });
    this.element = document.createElement("div");
    this.element.className = "extras";
    this.element.append(this.numbers.element, this.button);
  }

  /** What is told of the picture now: words, the rows of its tables (made when they are looked at), and the update. */
  show(told) {
    this.told = told;
    this.button.textContent = told.save;
    this.button.setAttribute("aria-label", `${told.save}: ${told.heading}`);
    this.numbers.name(told.heading);
    this.numbers.show(told.tables.map((rows) => ({ rowsAt: rows })), null, told.step);
  }
}
