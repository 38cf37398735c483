// The lab: landscapes side by side, one step for all of them, a learning rate for each. Python sends every path of every
// learning rate on offer, so moving the step or a rate needs no answer from it.
//
// For tests `window.__ravine` tells of the lab built last: {step, steps, mode, rates, cameras, colors, spots, frames,
// fps(), draws}.

import { Clock } from "../player/clock.js";
import { Controls } from "../player/controls.js";
import { beforePrint } from "../player/paper.js";
import { taken } from "../player/place.js";
import { element, rgb } from "./canvas.js";
import { Losses } from "./losses.js";
import { Panel } from "./panel.js";
import { straightCamera } from "./surface.js";
import { Tip } from "./tip.js";

const REST_MS = 250; // Python is told where the reader is after that long
const SPEED = 0.25; // of 30 updates a second
const NARROW = 700; // px
const NEAR = "200px"; // pictures this close to the window are drawn
const LEAST_WIDTH = 290; // px of one side

/** The place of a value in a list of growing numbers that comes nearest to it. */
function nearest(list, value) {
  const far = (one) => Math.abs(Math.log(one / value));
  return list.reduce((best, one, index) => (far(one) < far(list[best]) ? index : best), 0);
}

export class Lab {
  constructor(parent) {
    this.panels = new Map();
    this.recording = { steps: [0], count: 0, newestStep: 0, frameNear: (step) => step, firstFrom: (step) => step };
    this.clock = new Clock({
      onFrame: (frame) => this.draw(frame),
      onMode: () => this.controls?.showMode(),
      onRest: () => this.rested(),
    });
    this.controls = new Controls(this.clock, this.recording);
    this.clock.speed = SPEED;
    for (const option of this.controls.row.querySelectorAll("option")) option.selected = Number(option.value) === SPEED;
    this.losses = new Losses();
    this.linked = true;
    this.equal = false;
    this.frameTimes = [];
    this.draws = 0;
    this.build(parent);
    this.expose();
  }

  build(parent) {
    const header = document.querySelector("[data-testid=stHeader]"); // covers what scrolls under it
    this.sides = element("div", { className: "sides" });
    this.together = this.toggle((on) => (this.linked = on), true);
    this.same = this.toggle((on) => {
      this.chosen = true; // until then the lab decides
      this.equal = this.stage.equal = on;
    }, false);
    this.straight = element("button", { type: "button", className: "plain" });
    this.straight.addEventListener("click", () => this.turnAll(straightCamera()));
    this.options = element("div", { className: "options" }, this.together, this.same, this.straight);
    this.root = element(
      "div",
      { className: "player ravine", tabIndex: -1 },
      this.controls.row,
      this.options,
      this.sides,
      this.losses.element,
    );
    this.root.style.setProperty("--top", `${header?.offsetHeight ?? 0}px`);
    this.tip = new Tip(this.root);
    this.watch(this.losses);
    this.root.addEventListener("keydown", (event) => {
      if (!this.controls.key(event)) return;
      event.preventDefault();
      event.stopPropagation();
    });
    this.root.addEventListener("transitionend", (event) => {
      if (event.target === this.root) this.clock.redraw(); // the ground has changed its colour
    });
    this.sights = new IntersectionObserver((entries) => this.seen(entries), { rootMargin: NEAR });
    this.sights.observe(this.losses.element);
    this.printed = beforePrint(() => this.drawAll());
    this.sizes = new ResizeObserver(() => this.clock.redraw());
    this.sizes.observe(this.root);
    this.enlarged = () => this.clock.redraw();
    window.addEventListener("bnviz-enlarged", this.enlarged); // the presenter view shows one picture large, or all
    this.move(parent);
  }

  toggle(onChange, on) {
    const box = element("input", { type: "checkbox", checked: on });
    box.addEventListener("change", () => {
      onChange(box.checked);
      this.clock.redraw();
    });
    return element("label", {}, box, element("span"));
  }

  move(parent) {
    parent.append(this.root);
    this.clock.redraw();
  }

  /** Take in a message: the landscapes, and where the reader begins if this is another visit. */
  receive(stage, { setStateValue, setTriggerValue }) {
    Object.assign(this, { setStateValue, setTriggerValue });
    const { place } = stage;
    const ended = !this.stage || this.clock.frame >= this.stage.steps;
    const another = place.visit !== this.visit;
    this.stage = stage;
    if (!this.chosen) this.equal = this.same.firstChild.checked = stage.even;
    stage.equal = this.equal;
    this.theme = null;
    if (another) Object.assign(this, { visit: place.visit, shares: { ...place.shares }, size: place.size });
    this.arrange();
    this.losses.element.hidden = stage.hidden.includes("losses");
    this.options.hidden = stage.hidden.includes("options");
    this.describe();
    const { steps } = stage;
    Object.assign(this.recording, { steps: Array.from({ length: steps + 1 }, (_n, k) => k), count: steps + 1 });
    this.recording.newestStep = steps;
    this.recording.frameNear = (step) => Math.max(0, Math.min(steps, Math.round(step)));
    this.controls.describe({ total: steps, epoch: 0 });
    this.clock.extend(steps + 1, true);
    if (another) {
      this.clock.rest(place.step ?? steps);
      this.told = this.rest(); // Python knows where the reader begins
    }
    if (!another && ended && !this.clock.moving) this.clock.rest(steps);
    this.root.classList.add("ready");
    taken(this.root);
    this.clock.redraw();
  }

  /** One panel for each preprocessing, in order; those that stay keep their camera. */
  arrange() {
    const { sides, linked } = this.stage;
    const wanted = new Set(sides.map(({ id }) => id));
    for (const [id, panel] of this.panels) {
      if (wanted.has(id)) continue;
      panel.element.remove();
      for (const picture of panel.pictures) this.sights.unobserve(picture.element);
      this.panels.delete(id);
    }
    sides.forEach((side, order) => {
      if (!this.panels.has(side.id)) this.add(side.id);
      const panel = this.panels.get(side.id);
      panel.receive(side, this.stage, { index: this.indexOf(side, sides[0]), shared: linked && sides.length > 1 });
      if (this.sides.children[order] !== panel.element) this.sides.insertBefore(panel.element, this.sides.children[order]);
    });
  }

  add(id) {
    const panel = new Panel(id, this);
    if (this.camera && this.linked) panel.surface.camera = { ...this.camera };
    for (const picture of panel.pictures) this.sights.observe(picture.element);
    this.panels.set(id, panel);
  }

  /** The panels in the order of the page. */
  get row() {
    return this.stage.sides.map(({ id }) => this.panels.get(id));
  }

  indexOf(side, first) {
    if (this.stage.rated) return nearest(side.rates, this.size);
    return this.stage.linked ? nearest(first.shares, this.shares[first.id]) : nearest(side.shares, this.shares[side.id]);
  }

  get pictures() {
    return [...[...this.panels.values()].flatMap((panel) => panel.pictures), this.losses];
  }

  drawAll() {
    for (const picture of this.pictures) picture.visible = true;
    this.draw(this.clock.frame);
  }

  /** Only what is in sight, or nearly, is drawn. */
  seen(entries) {
    const pictures = this.pictures;
    for (const { target, isIntersecting } of entries) {
      const picture = pictures.find(({ element: one }) => one === target);
      if (picture) picture.visible = isIntersecting;
    }
    this.clock.redraw();
  }

  describe() {
    const { words } = this.stage;
    this.together.lastChild.textContent = words.together;
    this.same.lastChild.textContent = words.equal;
    this.straight.textContent = words.reset;
    this.losses.heading.textContent = words.losses;
  }

  /** Take the colours that go with the ground of the page, which the reader may change at any time. */
  retheme() {
    const ground = getComputedStyle(this.root).getPropertyValue("--st-background-color").trim() || "#ffffff";
    if (ground === this.theme) return;
    this.theme = ground;
    const parts = ground.startsWith("#") ? rgb(ground) : (ground.match(/[\d.]+/g) ?? [255, 255, 255]).map(Number);
    const name = parts[0] + parts[1] + parts[2] < 384 ? "dark" : "light";
    Object.assign(this.stage, this.stage.themes[name]);
    this.root.style.setProperty("--warning", this.stage.warning);
    for (const panel of this.row) {
      panel.path.side.color = panel.path.side.colors[name];
      panel.paint();
    }
  }

  /** Colours, font and size of letters; another version when one of them has changed. */
  readLook() {
    const { ink, muted, faint, paper, ramp } = this.stage;
    const { fontFamily: font } = getComputedStyle(this.root);
    const size = this.root.classList.contains("enlarged") ? 18 : this.root.clientWidth < NARROW ? 12 : 13;
    const version = [ink, paper, font, size, ramp].join();
    if (this.look?.version !== version) {
      const mesh = `color-mix(in srgb, ${ink} 22%, transparent)`;
      this.look = { ink, muted, faint, paper, mesh, font, size, version, stops: ramp.map(rgb) };
    }
    return Object.assign(this.look, { equal: this.equal });
  }

  draw(step) {
    if (!this.stage || !this.root.isConnected || !this.root.clientWidth) return;
    this.retheme();
    const look = this.readLook();
    const { row } = this;
    this.layOut(row);
    for (const panel of row) panel.show(step, look, this.clock.moving);
    const paths = row.map((panel) => panel.path);
    if (this.losses.visible) this.losses.show(paths, step, look);
    if (this.losses.visible || !this.clock.moving) this.losses.describe(paths, step);
    this.controls.show();
    this.controls.announce();
    this.draws += 1;
    this.frameTimes = [...this.frameTimes.slice(-239), performance.now()];
  }

  /** Read all sizes before anything is written, and only when they may have changed: reading makes the page lay out. */
  layOut(row) {
    const chosen = Array.from(this.root.querySelectorAll(".side, .picture"), (one) => one.classList.contains("chosen"));
    const room = this.root.classList.contains("enlarged") ? this.root.clientHeight : 0;
    const key = [this.root.clientWidth, room, this.root.className, row.map(({ id }) => id), ...chosen].join();
    if (key === this.laidOut) return;
    this.laidOut = key;
    this.sides.style.setProperty("--count", String(this.columns(row.length)));
    const groups = [...row.map((panel) => panel.pictures), [this.losses]];
    const rooms = groups.map((pictures) => (room ? this.roomFor(pictures) : 0));
    groups.forEach((pictures, k) => pictures.forEach((picture) => picture.fit(rooms[k])));
  }

  /** The height that the presenter view has left for the first row of pictures. */
  roomFor(pictures) {
    const first = pictures.find((picture) => picture.element.offsetParent);
    return first ? Math.max(1, Math.floor(first.roomIn(this.root))) : 1;
  }

  /** How many preprocessings stand side by side: all that fit, but four as two and two. */
  columns(count) {
    const fitting = Math.max(1, Math.floor(this.root.clientWidth / LEAST_WIDTH));
    return count <= fitting ? count : Math.min(fitting, 2);
  }

  chooseRate(panel, index) {
    const { row, stage } = this;
    if (stage.rated) this.size = panel.path.side.rates[index];
    else this.shares[panel.id] = Number(panel.path.side.shares[index].toPrecision(6)); // short in the address
    for (const one of stage.linked ? row : [panel]) one.path.rate = index;
    this.clock.redraw();
    this.rested();
  }

  turn(panel, camera) {
    if (this.linked) return this.turnAll(camera);
    panel.surface.camera = camera;
    this.clock.redraw();
  }

  turnAll(camera) {
    this.camera = camera;
    for (const panel of this.panels.values()) panel.surface.camera = { ...camera };
    this.clock.redraw();
  }

  startFrom(panel, point) {
    this.setTriggerValue("start", { side: panel.id, point });
  }

  /** Let a picture answer the pointer with exact values. */
  watch(picture) {
    picture.restore = () => this.clock.redraw();
    picture.canvas.addEventListener("pointermove", (event) => {
      this.tip.show(picture.hint(picture.spot(event), this.clock.frame), event);
    });
    picture.canvas.addEventListener("pointerleave", () => this.tip.hide());
  }

  rested() {
    clearTimeout(this.telling);
    this.telling = setTimeout(() => {
      if (!this.stage || this.clock.mode === "play") return;
      const rest = this.rest();
      if (rest === this.told) return;
      this.told = rest;
      this.setStateValue("rest", JSON.parse(rest));
    }, REST_MS);
  }

  /** Where the reader is, in JSON; at the end there is no step to name. */
  rest() {
    const step = this.clock.frame >= this.stage.steps ? null : this.clock.frame;
    return JSON.stringify({ visit: this.visit, step, shares: this.shares, size: this.size });
  }

  expose() {
    const lab = this;
    window.__ravine = {
      get step() { return lab.clock.shown; },
      get steps() { return lab.stage?.steps; },
      get mode() { return lab.clock.mode; },
      get visit() { return lab.visit; },
      get rates() { return lab.row.map((panel) => panel.path.rateWords()); },
      get cameras() { return lab.row.map((panel) => ({ ...panel.surface.camera })); },
      get spots() { return lab.row.map((panel) => panel.surface.spots.at(-1)); },
      get weights() { return lab.row.map((panel) => panel.path.pair("points", lab.clock.shown)); },
      get ends() { return lab.row.map(({ traces, path }) => [traces.ends(path, 0), traces.ends(path, 1)]); },
      get frames() { return lab.row.map(({ contour: { box, range }, path: { view } }) => ({ box, range, window: view.window })); },
      get highest() { return lab.losses.highest(lab.row.map((panel) => panel.path)); },
      get colors() { return lab.row.map((panel) => panel.path.side.color); },
      get draws() { return lab.draws; },
      fps: () => lab.frameTimes.filter((time) => time > performance.now() - 1000).length,
      drawMs: () => {
        const before = performance.now();
        for (let k = 0; k < 20; k++) lab.draw(lab.clock.frame);
        return (performance.now() - before) / 20;
      },
    };
  }

  destroy() {
    this.clock.stop();
    clearTimeout(this.telling);
    this.sizes.disconnect();
    this.sights.disconnect();
    this.printed();
    window.removeEventListener("bnviz-enlarged", this.enlarged);
    this.root.remove();
  }
}
