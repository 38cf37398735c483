// The stage: one run, one clock and the pictures that follow it, in one place of the page.
//
// For tests and benchmarks `window.__bnviz` tells of the stage built last:
// {run, frame, step, newest, total, mode, fps(), firstPaintMs}.

import { Clock } from "./clock.js";
import { Controls } from "./controls.js";
import { beforePrint } from "./paper.js";
import { Picture } from "./picture.js";
import { taken } from "./place.js";
import { Recording } from "./recording.js";
import { Reports } from "./reports.js";
import { readTheme } from "./theme.js";
import { Tooltip } from "./tooltip.js";

const NEAR = "300px"; // pictures this close to the window are drawn

/** The rules of player.css once they are there, for places where the same file has yet to load. */
let rules = null;

function readRules(link) {
  try {
    return Array.from(link.sheet.cssRules, (rule) => rule.cssText).join("\n");
  } catch {
    return null; // the file comes from another host, which does not let it be read
  }
}

export class Stage {
  constructor(parent) {
    this.recording = new Recording();
    this.pictures = new Map();
    this.frameTimes = [];
    this.clock = new Clock({
      onFrame: (frame) => this.draw(frame),
      onMode: () => this.controls?.showMode(),
      onRest: () => this.reports.rested(),
    });
    this.reports = new Reports(this.clock, this.recording, () => this.announce());
    this.buildPage(parent);
    this.expose();
    this.ready = this.load();
  }

  buildPage(parent) {
    const header = document.querySelector("[data-testid=stHeader]"); // covers what scrolls under it
    this.controls = new Controls(this.clock, this.recording);
    this.grid = document.createElement("div");
    this.grid.className = "pictures";
    this.root = document.createElement("div");
    this.root.className = "player";
    this.root.tabIndex = -1;
    this.root.style.setProperty("--top", `${header?.offsetHeight ?? 0}px`);
    this.root.append(this.controls.row, this.grid);
    this.root.addEventListener("keydown", (event) => {
      if (!this.controls.key(event)) return;
      event.preventDefault();
      event.stopPropagation();
    });
    this.tooltip = new Tooltip(this.root);
    this.grid.addEventListener("pointerleave", () => this.tooltip.hide());
    parent.append(this.root);
    this.resizes = new ResizeObserver(() => this.fitAll());
    this.enlarged = (event) => this.redrawn(event.detail.picture);
    window.addEventListener("bnviz-enlarged", this.enlarged);
    this.sights = new IntersectionObserver((entries) => this.seen(entries), { rootMargin: NEAR });
    this.printed = beforePrint(() => this.drawAll());
  }

  /** Wait for the stylesheet and for Vega, which the browser keeps after the first time. */
  async load() {
    const link = this.root.parentNode.querySelector("link[rel=stylesheet]");
    const styled =
      !link || link.sheet ? null : new Promise((done) => link.addEventListener("load", done, { once: true }));
    try {
      this.vega = await import("./vega.js");
      await styled;
      rules ??= readRules(link);
    } catch (error) {
      console.warn("bnviz player:", error);
      this.fail("The charts cannot be drawn because the file vega.js did not load. Reload the page to try again.");
    }
  }

  /** Go on in another place of the page, with everything as it is. */
  move(parent) {
    parent.append(this.root);
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(rules ?? "");
    this.root.getRootNode().adoptedStyleSheets = [sheet];
    this.clock.redraw();
  }

  fail(sentence) {
    const note = document.createElement("p");
    note.className = "failure";
    note.setAttribute("role", "alert");
    note.textContent = sentence;
    this.root.replaceChildren(note);
    this.unveil();
  }

  unveil() {
    this.root.classList.add("ready");
    taken(this.root);
  }

  /** Take in a message; the data count at once, drawing waits for Vega. */
  async receive(message, callbacks) {
    this.reports.connect(callbacks);
    this.origin = message.origin ?? this.origin;
    const fresh = message.run !== this.recording.runId;
    if (!this.recording.merge(message)) return this.reports.missing();
    this.reports.complete();
    const sent = !fresh && message.visit !== this.reports.visit; // by the Back button, within the same run
    if (fresh) this.startRun(message);
    else if (sent) this.begin(message);
    await this.ready;
    if (this.vega && this.root.isConnected) this.apply(message, fresh, sent);
  }

  startRun(message) {
    this.clock.reset();
    this.begin(message);
    this.startedAt = performance.now();
    this.firstPaintMs = null;
  }

  begin(message) {
    this.awaited = message.start;
    this.reports.reset(message);
  }

  /** Show what a message changes; a stage that has nothing to show yet is not seen at all. */
  apply(message, fresh, sent) {
    this.unveil();
    this.theme = this.retheme();
    this.arrange(message.pictures);
    for (const [id, material] of this.recording.materials) {
      this.pictures.get(id)?.feed(this.recording, material);
    }
    this.controls.describe(message);
    this.clock.extend(this.recording.count, message.finished);
    if (fresh && message.autoplay) this.controls.autoplay(message.autoplay);
    else this.place(sent || (fresh && message.finished));
    this.controls.show();
    if (fresh && message.autoplay) this.announce();
    this.clock.redraw();
  }

  /** Read the theme; if it has changed, every view is built anew. */
  retheme() {
    const theme = readTheme(this.root);
    const name = JSON.stringify(theme);
    if (this.themeName && this.themeName !== name) {
      for (const picture of this.pictures.values()) picture.discard();
    }
    this.themeName = name;
    return theme;
  }

  /** Put the pictures of a message in order, reusing those that stay. */
  arrange(entries) {
    const wanted = new Set(entries.map((entry) => entry.id));
    for (const [id, picture] of this.pictures) if (!wanted.has(id)) this.remove(id, picture);
    entries.forEach((entry, index) => {
      if (!this.pictures.has(entry.id)) this.add(entry.id);
      const picture = this.pictures.get(entry.id);
      picture.describe(entry, this.origin);
      const there = this.grid.children[index];
      if (there !== picture.element) this.grid.insertBefore(picture.element, there ?? null);
    });
  }

  add(id) {
    const picture = new Picture(id, { vega: this.vega, tooltip: this.tooltip, frameNow: () => this.clock.frame });
    this.pictures.set(id, picture);
    this.grid.append(picture.element);
    this.sights.observe(picture.element);
    this.resizes.observe(picture.chart);
  }

  remove(id, picture) {
    this.sights.unobserve(picture.element);
    this.resizes.unobserve(picture.chart);
    picture.discard();
    picture.element.remove();
    this.pictures.delete(id);
  }

  /** Choose the first frame of a run: the step of a link, else the end of a finished run, else follow. */
  place(anew) {
    const { clock, recording } = this;
    if (!recording.count) return;
    if (this.awaited !== null && (clock.finished || recording.newestStep >= this.awaited)) {
      const frame = recording.frameNear(this.awaited);
      this.awaited = null;
      clock.rest(frame);
    } else if (anew && this.awaited === null) {
      clock.follow({ smoothly: false });
    }
  }

  draw(frame) {
    const drawn = [];
    for (const picture of this.pictures.values()) if (picture.visible) drawn.push(picture.show(frame, this.theme));
    this.controls.show();
    if (this.clock.mode !== "play") this.reports.moved();
    const now = performance.now();
    this.frameTimes = [...this.frameTimes.slice(-239), now];
    if (this.firstPaintMs === null && drawn.length) {
      Promise.all(drawn).then(() => (this.firstPaintMs ??= performance.now() - this.startedAt));
    }
  }

  seen(entries) {
    const byElement = new Map([...this.pictures.values()].map((picture) => [picture.element, picture]));
    for (const entry of entries) {
      const picture = byElement.get(entry.target);
      if (picture) picture.visible = entry.isIntersecting;
    }
    this.clock.redraw();
  }

  drawAll() {
    for (const picture of this.pictures.values()) {
      picture.show(this.clock.frame, this.theme);
      picture.view?.run();
    }
  }

  fitAll() {
    for (const picture of this.pictures.values()) if (picture.view) picture.fit();
    this.clock.redraw();
  }

  /** The presenter view has made a picture large, or small again: its canvas needs other pixels. */
  redrawn(element) {
    const picture = [...this.pictures.values()].find((one) => one.element === element);
    picture?.discard();
    this.clock.redraw();
  }

  announce() {
    this.controls.announce();
    for (const picture of this.pictures.values()) picture.announce(this.clock.frame);
  }

  expose() {
    const player = this;
    window.__bnviz = {
      get run() { return player.recording.runId; },
      get frame() { return player.clock.shown; },
      get step() { return player.recording.steps[player.clock.shown] ?? null; },
      get newest() { return player.recording.count - 1; },
      get total() { return player.controls.total; },
      get mode() { return player.clock.mode; },
      get firstPaintMs() { return player.firstPaintMs; },
      fps: () => player.frameTimes.filter((time) => time > performance.now() - 1000).length,
    };
  }

  destroy() {
    this.clock.stop();
    this.reports.stop();
    this.resizes.disconnect();
    this.sights.disconnect();
    this.printed();
    window.removeEventListener("bnviz-enlarged", this.enlarged);
    for (const picture of this.pictures.values()) picture.discard();
    this.root.remove();
  }
}
