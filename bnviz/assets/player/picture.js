// One picture: a heading, a Vega view that follows the frame, and the sentence under it.

import { Files } from "./files.js";
import { Numbers } from "./numbers.js";
import { drawn } from "./print.js";
import { vegaConfig } from "./theme.js";

const NARROW = 600; // px of the container, below which the narrow specification is used
const GUESS = 70; // px taken by axes and headers, before they could be measured
const SLACK = 3; // px a picture may stay below the width of its container, and one more a column
const MOST_LETTERS = 2; // times as large: more would leave no room for the picture
const ROUNDS = 5; // attempts to fit; labels may come and go with the width
const LEAST_CELL = 70; // px of the height of a cell
const CELL_GAP = 10; // px between two cells, before it could be measured
const CHILD_WIDTH = /^(concat_\d+_)*(child_w|childW|w)idth$/; // of facets and concatenations
const CHILD_HEIGHT = "child_height";
const ROW = Symbol("row");
const always = () => true;

/** A specification with all its letters so many times as large. */
function lettered(part, factor) {
  if (Array.isArray(part)) return part.map((one) => lettered(one, factor));
  if (part === null || typeof part !== "object") return part;
  const grown = Object.entries(part).map(([key, value]) => {
    if (!/fontSize$/i.test(key)) return [key, lettered(value, factor)];
    return [key, typeof value === "number" ? value * factor : grownEntry(value, factor)];
  });
  return Object.fromEntries(grown);
}

/** The same for an entry such as {value: 11} in an encoding. */
function grownEntry(entry, factor) {
  return typeof entry?.value === "number" ? { ...entry, value: entry.value * factor } : entry;
}

/** The smallest letters of a specification, in px. */
function smallest(part) {
  if (part === null || typeof part !== "object") return Infinity;
  const sizes = Object.entries(part).map(([key, value]) => {
    if (!/fontSize$/i.test(key)) return smallest(value);
    return typeof value === "number" ? value : (value?.value ?? Infinity);
  });
  return Math.min(Infinity, ...sizes);
}

export class Picture {
  /** `frameNow()` tells which frame the reader sees. */
  constructor(id, { vega, tooltip, frameNow }) {
    Object.assign(this, { id, vega, tooltip, frameNow });
    this.visible = false;
    this.shown = -1;
    this.inserted = new Map(); // dataset of a series -> frames handed to Vega
    this.build();
  }

  build() {
    this.element = document.createElement("figure");
    this.element.className = "picture";
    this.element.dataset.id = this.id;
    this.heading = document.createElement("h3");
    this.files = new Files(() => this.take());
    const head = document.createElement("div");
    head.className = "headed";
    head.append(this.heading, this.files.element);
    this.chart = document.createElement("div");
    this.chart.className = "chart";
    this.chart.setAttribute("role", "img");
    this.canvasBox = document.createElement("div"); // Vega writes a role of its own on its container
    this.chart.append(this.canvasBox);
    this.caption = document.createElement("figcaption");
    this.numbers = new Numbers();
    this.element.append(head, this.chart, this.caption, this.numbers.element);
  }

  /** Take over the specification of a message, if it carries one; `origin` is what files say of the page. */
  describe(entry, origin) {
    this.files.describe(origin, entry.title ?? this.heading.textContent);
    if (!entry.look) return;
    this.heading.textContent = entry.title;
    if (!this.chart.hasAttribute("aria-label")) this.chart.setAttribute("aria-label", entry.title); // until it is told
    this.numbers.name(entry.title);
    this.half = entry.half;
    this.element.classList.toggle("half", entry.half);
    if (entry.lookHash === this.hash) return;
    this.hash = entry.lookHash;
    this.look = entry.look;
    this.discard();
  }

  /** Point the picture to the data of a run. */
  feed(recording, material) {
    this.recording = recording;
    if (this.material === material && this.version === material.version) return;
    this.material = material;
    this.version = material.version;
    this.refill = true;
    this.shown = -1;
  }

  /** Drop the view; the next update builds a new one. */
  discard() {
    this.view?.finalize();
    this.view = null;
    this.fitting = false;
    this.shown = -1;
  }

  get width() {
    return this.chart.clientWidth;
  }

  get narrow() {
    return this.look.narrow !== null && this.width < NARROW;
  }

  open(theme) {
    const width = this.width;
    this.usesNarrow = this.narrow;
    this.spec = this.usesNarrow ? this.look.narrow : this.look.spec;
    this.columns = this.look.columns[this.usesNarrow ? 1 : 0];
    const signals = new Set((this.spec.signals ?? []).map((signal) => signal.name));
    this.widthSignals = [...signals].filter((name) => CHILD_WIDTH.test(name));
    if (!this.widthSignals.length) this.widthSignals = ["width"];
    this.stepSignal = signals.has("step");
    this.element.classList.toggle("yields", signals.has(CHILD_HEIGHT)); // its cells may be made lower
    const grown = this.letters(theme);
    const spec = grown > 1 ? lettered(this.spec, grown) : this.spec;
    const config = grown > 1 ? lettered(vegaConfig(theme), grown) : vegaConfig(theme);
    this.view = new this.vega.View(this.vega.parse(spec, config), {
      renderer: "canvas",
      container: this.canvasBox,
      hover: false,
      tooltip: this.tooltip.handle,
      logLevel: 1,
    });
    for (const name of ["ink", "paper"]) if (signals.has(name)) this.view.signal(name, theme[name]);
    this.overhead ??= GUESS * Math.sqrt(this.columns);
    this.setWidth(width);
    this.refill = true;
  }

  /** How many times as large its letters are to be: in the presenter view they must be read at the back of a room. */
  letters(theme) {
    const wanted = Number(this.element.dataset.letters ?? 0);
    if (!wanted) return 1;
    const zoom = Number(this.element.style.zoom || 1);
    const least = Math.min(smallest(this.spec), smallest(vegaConfig(theme)));
    return Math.max(1, Math.min(MOST_LETTERS, wanted / (zoom * least)));
  }

  setWidth(width) {
    this.fitted = width;
    const space = Math.max(30, Math.floor((width - this.overhead) / this.columns));
    for (const name of this.widthSignals) this.view.signal(name, space);
    this.view.resize();
    this.space = space;
  }

  /** Make the picture as wide as its container; what axes and legends need is measured, not guessed. */
  async fit() {
    if (this.fitting || !this.view || !this.width) return;
    if (this.narrow !== this.usesNarrow) return this.discard();
    this.fitting = true;
    const view = this.view;
    let before = null;
    for (let round = 0; round < ROUNDS && view === this.view; round += 1) {
      const drawn = this.canvasBox.querySelector("canvas")?.clientWidth ?? 0;
      const fits = drawn <= this.width && drawn > this.width - SLACK - this.columns;
      if (fits && this.width === this.fitted) break;
      if (before && before.space !== this.space) {
        this.columns = Math.max(1, Math.round((drawn - before.drawn) / (this.space - before.space)));
      }
      before = { drawn, space: this.space };
      this.overhead = drawn - this.columns * this.space + 1;
      this.setWidth(this.width);
      await view.runAsync();
    }
    if (view === this.view) await this.lower(view);
    this.fitting = false;
  }

  /** Make the cells as low as the presenter view asks for; what lies around them is measured. */
  async lower(view) {
    const room = Number(this.element.dataset.room ?? 0);
    if (!room || !this.element.classList.contains("yields")) return;
    const height = () => this.canvasBox.querySelector("canvas")?.clientHeight ?? 0;
    const most = view.signal(CHILD_HEIGHT);
    let [tall, drawn] = [most, height()];
    let rows = Math.max(1, Math.round(drawn / (tall + CELL_GAP)));
    for (let round = 0; round < ROUNDS && view === this.view; round += 1) {
      const wanted = Math.max(LEAST_CELL, Math.min(most, Math.floor(tall + (room - drawn) / rows)));
      if (wanted === tall) return;
      view.signal(CHILD_HEIGHT, wanted).resize();
      await view.runAsync();
      const now = height();
      rows = Math.max(1, Math.round((now - drawn) / (wanted - tall)));
      [tall, drawn] = [wanted, now];
    }
  }

  /** Draw one frame. */
  show(frame, theme) {
    const opening = !this.view; // the width is read only then: reading it makes the browser lay out the page
    if (!this.look || !this.material || (opening && !this.width)) return;
    if (opening) this.open(theme);
    const refill = this.refill;
    for (const table of this.material.tables) {
      if (table.kind === "series") this.showSeries(table, refill);
      else if (refill) this.insertRows(table, frame);
      else if (frame !== this.shown) this.changeRows(table, frame);
    }
    this.refill = false;
    if (this.stepSignal) this.view.signal("step", this.recording.steps[frame]);
    this.shown = frame;
    this.write(frame);
    if (opening) return this.view.runAsync().then(() => this.fit());
    this.view.run();
    return null;
  }

  insertRows(table, frame) {
    const rows = table.rowsAt(frame);
    rows.forEach((row, index) => (row[ROW] = index));
    this.view.change(table.dataset, this.vega.changeset().remove(always).insert(rows));
  }

  /** Change the values of the rows where they are: facets, marks and scales stay. */
  changeRows(table, frame) {
    const changes = this.vega.changeset();
    for (const column of table.moving) {
      changes.modify(always, column.name, (row) => table.at(column, frame, row[ROW]));
    }
    this.view.change(table.dataset, changes);
  }

  /** Add the frames that have arrived since; rows without any value are left out. */
  showSeries(table, refill) {
    const known = refill ? 0 : (this.inserted.get(table.dataset) ?? 0);
    const { count, steps } = this.recording;
    if (known === count && !refill) return;
    const rows = [];
    for (let frame = known; frame < count; frame += 1) {
      for (const row of table.rowsAt(frame)) {
        if (table.moving.some((column) => row[column.name] !== null)) rows.push({ ...row, step: steps[frame] });
      }
    }
    const changes = this.vega.changeset();
    this.view.change(table.dataset, (refill ? changes.remove(always) : changes).insert(rows));
    this.inserted.set(table.dataset, count);
  }

  /** What the files hold: the picture as it stands, its sentence, its numbers. */
  take() {
    const { material, recording, files } = this;
    const frame = this.frameNow();
    return {
      title: this.heading.textContent,
      name: `${this.id}-${recording.steps.length > 1 ? `step${recording.steps[frame]}` : ""}`,
      caption: material.text("captions", frame),
      legend: this.look.arms ? files.origin.arms : [],
      drawing: () => drawn(this.vega, this.look, material, { recording, frame, half: this.half, colors: files.origin.colors }),
      tables: () => material.tables.map((table) => ({ name: table.dataset, rows: table.allRows(frame, recording.steps) })),
    };
  }

  /** Put the sentence of a frame under the picture. */
  write(frame) {
    const sentence = this.material.text("captions", frame);
    if (sentence !== this.caption.textContent) this.caption.textContent = sentence;
    this.numbers.show(this.material.tables, frame, this.recording.steps[frame]);
  }

  /** Say in words what is seen, out of sight too; only when playback rests. */
  announce(frame) {
    if (!this.material) return;
    this.chart.setAttribute("aria-label", this.material.text("alt", frame));
    this.write(frame);
  }
}
