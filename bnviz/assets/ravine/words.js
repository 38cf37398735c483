// Numbers and sentences as the page writes them; the same forms as bnviz/plots/theme.py.

const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** A whole number in raised figures. */
export function raised(whole) {
  return (whole < 0 ? "⁻" : "") + String(Math.abs(whole)).replace(/\d/g, (digit) => RAISED[digit]);
}

/** A number with that many significant digits: "0.98", "−1.2", "140", "7.4·10³". */
export function number(value, digits = 3) {
  if (value === null || !Number.isFinite(value)) return "—";
  if (value === 0) return "0";
  const size = Math.abs(value);
  const [mantissa, exponent] = size.toExponential(digits - 1).split("e");
  const sign = value < 0 ? "−" : "";
  if (size >= 10000 || size < 0.001) return `${sign}${mantissa}·10${raised(Number(exponent))}`;
  return sign + size.toFixed(Math.max(0, digits - 1 - Number(exponent)));
}

/** An angle in degrees: "66.8°", "under 0.1°". */
export function degrees(angle) {
  return angle > 0 && angle < 0.1 ? "under 0.1°" : `${number(angle)}°`;
}

/** A share of a whole: "31 % of", "0.5 % of", "under 0.1 % of", "2.4 times"; the sign stays with its number. */
export function share(value) {
  if (value > 1.0005) return `${number(value)} times`;
  const near = Math.min(value, 1 - value);
  if (near > 0 && near < 0.0005) return value < 0.5 ? "under 0.1\u00a0% of" : "over 99.9\u00a0% of";
  return `${(100 * value).toFixed(near > 0 && near < 0.095 ? 1 : 0)}\u00a0% of`;
}

/** A tick of an axis, short. */
export function tick(value) {
  const size = Math.abs(value);
  if (size !== 0 && (size >= 10000 || size < 0.001)) return number(value, 1).replace(/^(−?)1·/, "$1");
  return String(Number(value.toPrecision(4))).replaceAll("-", "−");
}

/** Fill the {names} of a sentence. */
export function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (_all, name) => values[name]);
}

/** Round values between two ends, about `count` of them. */
export function ticks(low, high, count) {
  const raw = (high - low) / Math.max(1, count);
  if (!(raw > 0) || !Number.isFinite(raw)) return [];
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= raw) ?? 10);
  const found = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + 1e-9 * step; k++) found.push(k * step);
  return found;
}
