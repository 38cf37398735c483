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
  if (size >= 1e6 || size < 1e-3) return power(value, Math.min(digits, 3)).replaceAll("-", "−");
  const whole = Math.floor(Math.log10(size)) + 1;
  const text = value.toFixed(Math.max(0, Math.min(6, Math.max(digits, whole > 0 ? whole : 0) - whole)));
  return (text.includes(".") ? text.replace(/\.?0+$/, "") : text).replaceAll("-", "−");
}

/** Write a number with so many decimals, and none that are 0 at the end. */
function fixed(value, decimals) {
  const text = value.toFixed(Math.min(decimals, 20));
  return (text.includes(".") ? text.replace(/\.?0+$/, "") : text).replaceAll("-", "−");
}

const read = (text) => Number(text.replace("−", "-"));

/** Write a number and what is subtracted from it with enough digits that their difference can be told from them. */
export function pair(value, other, { usual = shown, digits = 4, slack = 0.005 } = {}) {
  const texts = [usual(value), usual(other)];
  const difference = Math.abs(value - other);
  const seen = Math.abs(read(texts[0]) - read(texts[1]));
  if (Number.isNaN(seen) || Math.abs(seen - difference) <= slack * difference) return texts;
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(difference)));
  return [fixed(value, decimals), fixed(other, decimals)];
}

/** Put a number in brackets where its minus would meet a sign. */
export function bracketed(text) {
  return text.startsWith("−") ? `(${text})` : text;
}

/** Write a number for a cell: no more digits than a column has room for. */
export function brief(value) {
  const size = Math.abs(value ?? 0);
  if (size > 0 && size < 1e-3) return shown(value, 2);
  return shown(value, size >= 1000 ? 6 : size < 1 ? 3 : 4);
}

/** The same, in brackets where a minus would meet a sign. */
export function wrapped(value) {
  return bracketed(shown(value));
}

/** Every digit of a number, as it was computed. */
export function exact(value) {
  return value === null ? "—" : String(value).replaceAll("-", "−");
}
