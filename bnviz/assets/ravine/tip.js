// The exact values under the pointer.

import { element } from "./canvas.js";

export class Tip {
  constructor(root) {
    this.box = element("div", { className: "tip", hidden: true });
    root.append(this.box);
  }

  show(lines, event) {
    if (!lines) return this.hide();
    this.box.replaceChildren(...lines.map((line) => element("div", { textContent: line })));
    this.box.hidden = false;
    const { offsetWidth, offsetHeight } = this.box;
    const left = Math.max(4, Math.min(window.innerWidth - offsetWidth - 8, event.clientX + 14));
    const below = event.clientY + 16 + offsetHeight < window.innerHeight;
    this.box.style.left = `${left}px`;
    this.box.style.top = `${below ? event.clientY + 16 : event.clientY - offsetHeight - 10}px`;
  }

  hide() {
    this.box.hidden = true;
  }
}
