// What the chosen cell and its companions come to, in words and numbers.

import { raised } from "../ravine/words.js";

const SPOKEN_MS = 500;

const [DIGITS, MOST_DIGITS] = [4, 8];

const far = (value) => value !== 0 && (Math.abs(value) >= 1e4 || Math.abs(value) < 1e-3);

/** With that many significant digits: "0.2487", "−12.31", "3.10·10⁻⁴". */
function number(value, digits = DIGITS) {
  if (value === 0) return "0";
  if (!far(value)) return value.toPrecision(digits).replaceAll("-", "−");
  const [mantissa, exponent] = value.toExponential(digits - 2).split("e");
  return `${mantissa}·10${raised(Number(exponent))}`.replaceAll("-", "−");
}

/** What a reader takes from it. */
function read(value, digits) {
  return Number(far(value) ? value.toExponential(digits - 2) : value.toPrecision(digits));
}

/** How many digits tell a value from its mean, so that the formula gives its own result. */
function telling(value, mean) {
  let digits = DIGITS;
  while (digits < MOST_DIGITS) {
    const seen = read(value, digits) - read(mean, digits);
    if (Math.abs(seen - (value - mean)) <= 0.005 * Math.abs(value - mean)) break;
    digits += 1;
  }
  return digits;
}

function fill(template, values) {
  return template.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

export class Panel {
  constructor() {
    this.element = document.createElement("div");
    this.element.className = "panel";
    this.spoken = document.createElement("p");
    this.spoken.className = "spoken";
    this.spoken.setAttribute("aria-live", "polite");
    this.lines = ["where", "who", "value", "mean", "var", "formula"].map((name) => {
      const line = document.createElement("p");
      line.className = name;
      return [name, line];
    });
    this.element.append(...this.lines.map(([, line]) => line), this.spoken);
  }

  show(data, [n, c, h, w], lit, rests) {
    const value = data.values[n][c][h][w];
    const [mean, variance, hat] = [data.mean[lit], data.var[lit], data.xHat[n][c][h][w]];
    const sizes = { N: data.shape[0], C: data.shape[1], H: data.shape[2], W: data.shape[3] };
    const group = Math.floor((c * data.groups) / sizes.C);
    const width = sizes.C / data.groups;
    const digits = telling(value, mean);
    const told = number(mean, digits);
    const values = {
      ...sizes, n: n + 1, c: c + 1, h: h + 1, w: w + 1, cells: data.cells, from: group * width + 1,
      to: (group + 1) * width, eps: data.eps, x: number(value, digits), mean: told, var: number(variance),
      hat: number(hat), minus: mean < 0 ? `(${told})` : told,
      values: fill(data.words[data.cells === 1 ? "one" : "many"], data),
    };
    for (const [name, line] of this.lines) line.textContent = fill(data.words[name], values);
    this.element.style.setProperty("--lit", data.colors.lit);
    clearTimeout(this.timer);
    if (!rests) return;
    const text = this.sentence;
    this.timer = setTimeout(() => (this.spoken.textContent = text), SPOKEN_MS);
  }

  /** The same as a caption. */
  get told() {
    return `${this.lines.map(([, line]) => line.textContent.replace(/\.$/, "")).join("; ")}.`;
  }

  /** All lines in a row. */
  get sentence() {
    return this.lines.map(([, line]) => line.textContent).join(" ");
  }
}
