// One preprocessing: its name, its learning rate, the verdict, and its four pictures.

import { Arrows } from "./arrows.js";
import { element } from "./canvas.js";
import { Contour } from "./contour.js";
import { Path } from "./path.js";
import { Rates } from "./rates.js";
import { Surface } from "./surface.js";
import { Traces } from "./traces.js";

export class Panel {
  /** `lab` is told of turned cameras, moved rates and clicks. */
  constructor(id, lab) {
    this.id = id;
    this.rates = new Rates((index) => lab.chooseRate(this, index));
    this.surface = new Surface((camera) => lab.turn(this, camera));
    this.contour = new Contour((point) => lab.startFrom(this, point));
    this.arrows = new Arrows();
    this.traces = new Traces();
    this.pictures = [this.surface, this.contour, this.arrows, this.traces];
    this.name = element("h3");
    this.verdict = element("p", { className: "verdict" });
    this.verdict.setAttribute("aria-live", "polite");
    this.about = element("p", { className: "about" });
    this.element = element(
      "section",
      { className: "side" },
      this.name,
      this.rates.element,
      this.verdict,
      this.surface.element,
      this.contour.element,
      this.about,
      this.arrows.element,
      this.traces.element,
    );
    for (const picture of this.pictures) lab.watch(picture);
  }

  /** Take over a message; `place` is what the slider of learning rates shows. */
  receive(side, stage, { index, shared }) {
    this.path = new Path(side, stage);
    this.path.rate = Math.max(0, Math.min(side.shares.length - 1, index));
    this.about.textContent = side.about;
    const { words } = stage;
    [words.surface, words.contour, words.arrows_title, words.traces].forEach((text, k) => {
      this.pictures[k].heading.textContent = text;
    });
    this.rates.describe(this.path, { shared });
    this.rates.element.hidden = stage.hidden.includes("rates");
    this.verdict.hidden = stage.hidden.includes("verdict");
    for (const picture of this.pictures) picture.element.hidden = stage.hidden.includes(picture.kind);
  }

  /** Take over the colour that the theme gives. */
  paint() {
    const { color, dash, label } = this.path.side;
    const line = element("span", { className: "line" });
    const [on, off] = dash;
    const colors = off ? `${color} 0 ${on * 1.4}px, transparent 0 ${(on + off) * 1.4}px` : `${color} 0 1px`;
    line.style.background = `repeating-linear-gradient(to right, ${colors})`;
    this.name.replaceChildren(line, label);
    this.element.style.setProperty("--arm", color);
  }

  /** Draw the pictures that are in sight; the words of all of them once nothing moves. */
  show(step, look, moving) {
    this.rates.show(this.path);
    const verdict = this.path.side.verdicts[this.path.rate];
    if (this.verdict.textContent !== verdict) this.verdict.textContent = verdict;
    for (const picture of this.pictures) {
      if (picture.visible && picture.width >= 40) picture.show(this.path, step, look);
      if (picture.visible || !moving) picture.describe(this.path, step);
    }
  }
}
