// The slider of one preprocessing's learning rate, with the largest stable one marked on its scale.

import { element } from "./canvas.js";
import { fill } from "./words.js";

export class Rates {
  /** `onChange(index)` is told of the place on the slider. */
  constructor(onChange) {
    this.slider = element("input", { type: "range", className: "slider", min: 0, step: 1 });
    this.slider.addEventListener("input", () => onChange(Number(this.slider.value)));
    this.slider.addEventListener("keydown", (event) => event.stopPropagation()); // its arrows are its own
    this.mark = element("span", { className: "limit" });
    this.words = element("output", { className: "rate-words" });
    this.track = element("div", { className: "rate-track" }, this.slider, this.mark);
    this.element = element("div", { className: "rate" }, this.track, this.words);
  }

  /** `shared`: moving this slider moves those of all preprocessings. */
  describe(path, { shared }) {
    const { side, stage } = path;
    const last = side.shares.length - 1;
    this.track.hidden = last === 0;
    this.shared = shared && last > 0;
    this.slider.max = String(last);
    this.slider.setAttribute("aria-label", fill(stage.words.rate, { label: side.label }));
    this.mark.hidden = side.limit < 0;
    this.mark.textContent = stage.words.limit;
    this.mark.style.setProperty("--at", String(side.limit / Math.max(1, last)));
    this.slider.style.setProperty("--limit", `${(100 * Math.max(0, side.limit)) / Math.max(1, last)}%`);
    this.track.classList.toggle("limited", side.limit >= 0);
  }

  show(path) {
    const words = this.shared ? fill(path.stage.words.all, { rate: path.rateWords() }) : path.rateWords();
    this.slider.value = String(path.rate);
    this.slider.setAttribute("aria-valuetext", words);
    this.words.textContent = words;
    this.element.classList.toggle("beyond", path.side.limit >= 0 && path.rate > path.side.limit);
  }
}
