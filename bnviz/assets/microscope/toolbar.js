// The numbered phases and the buttons that walk through them.

import { element } from "./dom.js";

export class Toolbar {
  constructor(stage) {
    this.stage = stage;
    this.back = this.button("back", () => stage.go(stage.phase - 1));
    this.play = this.button("play", () => stage.toggle());
    this.next = this.button("next", () => stage.go(stage.phase + 1));
    this.list = element("ol", { className: "phases" });
    this.say = element("p", { className: "say" });
    const buttons = element("div", { className: "buttons" }, this.back, this.play, this.next);
    this.head = element("div", { className: "headed" }, this.list); // and at its end the menu with the files
    this.root = element("div", { className: "toolbar" }, this.head, element("div", { className: "row" }, buttons, this.say));
  }

  button(name, action) {
    const made = element("button", { type: "button", className: `button ${name}` });
    made.addEventListener("click", action);
    return made;
  }

  build(m) {
    this.chips = m.phases.map(({ name, short }, place) => {
      const chip = element(
        "button",
        { type: "button", className: "chip", title: name },
        element("span", { className: "badge", textContent: String(place + 1) }),
        element("span", { className: "name", textContent: short }),
      );
      chip.addEventListener("click", () => this.stage.go(place + 1));
      chip.setAttribute("aria-label", `${place + 1} ${name}`);
      return chip;
    });
    this.list.replaceChildren(...this.chips.map((chip, place) => element("li", { className: place > 5 ? "backward" : "" }, chip)));
    this.root.setAttribute("role", "group");
    this.root.setAttribute("aria-label", m.texts.toolbar);
  }

  show(m, phase, playing) {
    this.chips.forEach((chip, place) => {
      chip.classList.toggle("now", place + 1 === phase);
      chip.classList.toggle("done", place + 1 < phase);
      if (place + 1 === phase) chip.setAttribute("aria-current", "step");
      else chip.removeAttribute("aria-current");
    });
    this.back.textContent = `← ${m.texts.back}`;
    this.back.disabled = phase === 1;
    this.play.textContent = playing ? `❚❚ ${m.texts.pause}` : `▶ ${m.texts.play}`;
    const last = phase === m.phases.length;
    this.next.disabled = last;
    this.next.textContent = last ? m.texts.end : `${m.texts.next}: ${phase + 1} ${m.phases[phase].name} →`;
    const chip = this.chips[phase - 1];
    const box = this.list;
    if (box.scrollWidth > box.clientWidth) box.scrollLeft = chip.offsetLeft - box.offsetLeft - box.clientWidth / 2 + chip.offsetWidth / 2;
  }
}
