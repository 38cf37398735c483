// The code that runs, with the lines of the current phase marked.

import { element } from "./dom.js";

export class Code {
  constructor() {
    this.title = element("summary", {});
    this.body = element("div", { className: "listings" });
    this.root = element("details", { className: "code", open: true }, this.title, this.body);
  }

  show(m, phase) {
    const functions = m.code.marks[phase - 1];
    this.title.textContent = m.texts.code;
    this.body.replaceChildren(...Object.entries(functions).map(([name, lines]) => this.listing(m, name, lines)));
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
    const box = element("pre", { tabIndex: 0 }, element("code", {}, ...lines));
    box.setAttribute("aria-label", `${m.code.file}: ${name}`);
    return box;
  }
}
