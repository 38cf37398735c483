// A plain tooltip: names and values as text, never as HTML.

const DISTANCE = 14;

export class Tooltip {
  constructor(parent) {
    this.box = document.createElement("div");
    this.box.className = "tooltip";
    this.box.setAttribute("role", "tooltip");
    this.box.hidden = true;
    parent.append(this.box);
    this.handle = this.handle.bind(this);
  }

  /** Vega calls this for every pointer movement over a mark, with null where there is nothing to say. */
  handle(_handler, event, _item, value) {
    const empty = value === null || value === undefined || value === "";
    this.box.hidden = empty;
    if (empty) return;
    this.fill(value);
    this.place(event.clientX, event.clientY);
  }

  hide() {
    this.box.hidden = true;
  }

  fill(value) {
    if (typeof value !== "object") {
      this.box.replaceChildren(String(value));
      return;
    }
    const cells = Object.entries(value).flatMap(([name, text]) => {
      const key = document.createElement("span");
      const cell = document.createElement("span");
      key.className = "tooltip-name";
      cell.className = "tooltip-value";
      key.textContent = name;
      cell.textContent = text === null || text === undefined ? "" : String(text);
      return [key, cell];
    });
    this.box.replaceChildren(...cells);
  }

  place(x, y) {
    const { width, height } = this.box.getBoundingClientRect();
    const left = x + DISTANCE + width > window.innerWidth ? x - DISTANCE - width : x + DISTANCE;
    const top = y + DISTANCE + height > window.innerHeight ? y - DISTANCE - height : y + DISTANCE;
    this.box.style.left = `${Math.max(4, left)}px`;
    this.box.style.top = `${Math.max(4, top)}px`;
  }
}
