// Small helpers: elements and numbers.

/** Build an element with properties and children; texts become text nodes, never HTML. */
export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";

function power(value, digits) {
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
  const raised = [...String(Math.abs(Number(exponent)))].map((digit) => RAISED[digit]).join("");
  const plain = mantissa.includes(".") ? mantissa.replace(/\.?0+$/, "") : mantissa;
  return `${plain}·10${Number(exponent) < 0 ? "⁻" : ""}${raised}`;
}

/** Write a number with so many significant digits, a true minus, and no digits that say nothing. */
export function shown(value, digits = 4) {
  if (value === null || !Number.isFinite(value)) return "—";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-3) return power(value, Math.min(digits, 3)).replace("-", "−");
  const whole = Math.floor(Math.log10(size)) + 1;
  const text = value.toFixed(Math.max(0, Math.min(6, Math.max(digits, whole > 0 ? whole : 0) - whole)));
  return (text.includes(".") ? text.replace(/\.?0+$/, "") : text).replace("-", "−");
}

/** Write a number for a cell: no more digits than a column has room for. */
export function brief(value) {
  const size = Math.abs(value ?? 0);
  if (size > 0 && size < 1e-3) return shown(value, 2);
  return shown(value, size >= 1000 ? 6 : size < 1 ? 3 : 4);
}

/** The same, in brackets where a minus would meet a sign. */
export function wrapped(value) {
  const text = shown(value);
  return text.startsWith("−") ? `(${text})` : text;
}

/** Every digit of a number, as it was computed. */
export function exact(value) {
  return value === null ? "—" : String(value).replace("-", "−");
}
