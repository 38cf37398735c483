// The row of controls: buttons, slider, where we are, speed; and the keys that do the same.

import { icon } from "./icons.js";
import { figure } from "./written.js";

const SPEEDS = [0.25, 0.5, 1, 2, 4];

/** Build an element with properties and children. */
function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

function button(name, label, action) {
  const made = element("button", { type: "button", title: label, className: `button ${name}` }, icon(name));
  made.setAttribute("aria-label", label.replace(/ \(.*\)$/, ""));
  made.addEventListener("click", action);
  return made;
}

export class Controls {
  constructor(clock, recording) {
    this.clock = clock;
    this.recording = recording;
    this.epoch = 0;
    this.places = [];
    this.playing = null;
    this.buildButtons();
    this.buildSlider();
    this.where = element("div", { className: "where" });
    this.row = element(
      "div",
      { className: "controls" },
      this.buttons,
      element("div", { className: "track" }, this.slider, this.where),
      this.buildSpeed(),
    );
    this.row.setAttribute("role", "group");
    this.row.setAttribute("aria-label", "Playback");
  }

  buildButtons() {
    const { clock } = this;
    this.play = button("play", "Play (space)", () => clock.toggle());
    this.last = button("last", "To the newest update (End)", () => clock.follow());
    this.epochButtons = [
      button("epochBack", "One epoch back (Shift + ←)", () => this.moveEpochs(-1)),
      button("epochForward", "One epoch forward (Shift + →)", () => this.moveEpochs(1)),
    ];
    this.buttons = element(
      "div",
      { className: "buttons" },
      button("first", "To the start (Home)", () => clock.rest(0)),
      this.epochButtons[0],
      button("back", "Previous recorded update (←)", () => this.moveFrames(-1)),
      this.play,
      button("forward", "Next recorded update (→)", () => this.moveFrames(1)),
      this.epochButtons[1],
      this.last,
    );
  }

  buildSlider() {
    this.slider = element("input", { type: "range", className: "slider", min: 0, max: 1, step: 1, value: 0 });
    this.slider.setAttribute("aria-label", "Update");
    this.slider.addEventListener("input", () => {
      this.clock.rest(this.recording.frameNear(Number(this.slider.value)));
    });
    this.slider.addEventListener("change", () => this.show());
  }

  buildSpeed() {
    const speeds = SPEEDS.map((speed) =>
      element("option", { value: speed, textContent: `${speed}×`, selected: speed === 1 }),
    );
    const select = element("select", { className: "speed", title: "Speed (1× is 30 frames a second)" }, ...speeds);
    select.setAttribute("aria-label", "Speed");
    select.addEventListener("change", () => (this.clock.speed = Number(select.value)));
    this.speed = select;
    return select;
  }

  autoplay(speed) {
    this.speed.value = String(speed);
    this.clock.autoplay(speed);
  }

  moveFrames(count) {
    this.clock.rest(this.clock.frame + count);
  }

  /** Go one epoch on: to the first frame at or after it, or back to the last frame at or before it. */
  moveEpochs(count) {
    if (!this.epoch) return;
    const { clock, recording } = this;
    const target = recording.steps[clock.frame] + count * this.epoch;
    const found = recording.firstFrom(target);
    const over = count < 0 && recording.steps[found] > target ? 1 : 0;
    clock.rest(found - over);
  }

  /** Take over what a message says about the whole run. */
  describe({ total, epoch, places }) {
    this.total = Math.max(1, total);
    this.places = places ?? [];
    const noun = this.places.length ? "Stage" : "Update";
    this.slider.setAttribute("aria-label", noun);
    for (const [name, way, key] of [["back", "Previous", "←"], ["forward", "Next", "→"]]) {
      const label = `${way} ${this.places.length ? "frame" : "recorded update"}`;
      const one = this.buttons.querySelector(`.button.${name}`);
      one.title = `${label} (${key})`;
      one.setAttribute("aria-label", label);
    }
    this.slider.max = String(this.total);
    this.epoch = epoch > 0 ? epoch : 0;
    for (const one of this.epochButtons) one.hidden = this.epoch <= 1;
  }

  /** Show the current frame in the slider and in words. */
  show() {
    const step = this.recording.steps[this.clock.frame] ?? 0;
    const epoch = this.epoch > 0 ? ` · epoch ${(step / this.epoch).toFixed(1)}` : "";
    this.slider.value = String(step);
    this.slider.style.setProperty("--played", `${(100 * step) / this.total}%`);
    const said = this.places[this.clock.frame] ?? `update ${figure(step)} of ${figure(this.total)}${epoch}`;
    this.where.textContent = this.recording.count ? said : "waiting for the first update";
  }

  /** Show what changes less often: play or pause, following, how far the data reach. */
  showMode() {
    const { clock, recording } = this;
    const playing = clock.moving && recording.count > 0;
    if (playing !== this.playing) {
      this.playing = playing;
      this.play.replaceChildren(icon(playing ? "pause" : "play"));
      this.play.title = playing ? "Pause (space)" : "Play (space)";
      this.play.setAttribute("aria-label", playing ? "Pause" : "Play");
    }
    const live = !clock.finished && clock.mode === "follow";
    this.last.classList.toggle("live", live);
    this.last.title = clock.finished ? "To the end (End)" : "Follow the newest update (End)";
    this.last.setAttribute("aria-label", this.last.title.replace(" (End)", ""));
    this.slider.style.setProperty("--buffered", `${(100 * recording.newestStep) / this.total}%`);
  }

  /** Tell assistive technology where we are; only when playback rests. */
  announce() {
    this.slider.setAttribute("aria-valuetext", this.where.textContent);
  }

  /** Handle a key pressed anywhere in the player; return whether it was one of ours. */
  key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return false;
    const target = event.composedPath()[0];
    const tag = target.tagName;
    if (target.closest?.(".numbers")) return false; // there the keys open and scroll the table
    if (tag === "SELECT" || (tag === "BUTTON" && event.key === " ")) return false;
    const move = event.shiftKey ? (n) => this.moveEpochs(n) : (n) => this.moveFrames(n);
    const actions = {
      " ": () => this.clock.toggle(),
      ArrowLeft: () => move(-1),
      ArrowRight: () => move(1),
      Home: () => this.clock.rest(0),
      End: () => this.clock.follow(),
    };
    if (!Object.hasOwn(actions, event.key)) return false;
    actions[event.key]();
    return true;
  }
}
