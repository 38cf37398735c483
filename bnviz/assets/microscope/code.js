// The code that runs, with the lines of the current phase marked.

import { element } from "./dom.js";

export class Code {
  constructor() {
    this.title = element("div", { className: "what" });
    this.body = element("div", { className: "listings", tabIndex: 0 });
    this.body.setAttribute("role", "region");
    this.root = element("div", { className: "code" }, this.title, this.body);
    new ResizeObserver(() => this.seek()).observe(this.body);
  }

  /** Bring the first marked line into sight. */
  seek() {
    const hot = this.body.querySelector(".hot");
    if (hot) this.body.scrollTop = Math.max(0, hot.offsetTop - this.body.offsetTop - Math.min(40, this.body.clientHeight / 3));
  }

  show(m, phase) {
    if (this.shown === `${m.frame} ${phase}`) return;
    this.shown = `${m.frame} ${phase}`;
    this.title.textContent = m.texts.code;
    this.body.setAttribute("aria-label", m.texts.code);
    const functions = Object.entries(m.code.marks[phase - 1]);
    this.body.replaceChildren(...functions.map(([name, lines]) => this.listing(m, name, lines)));
    this.seek();
  }

  listing(m, name, marked) {
    const lines = m.code.functions[name].map(([number, text]) => {
      const hot = marked.includes(number);
      const mark = element("span", { className: "mark", textContent: hot ? "▶" : "" });
      const count = element("span", { className: "number", textContent: String(number) });
      const line = element("span", { className: hot ? "line hot" : "line" }, mark, count, element("span", { textContent: text }), "\n");
      if (hot) line.setAttribute("aria-current", "true");
      return line;
    });
    return element("pre", {}, element("code", {}, ...lines));
  }
}
