// How numbers stand in words and tables, as `formats.py` writes them: "4,000", "−0.25", "1·10⁻⁷".

const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** Return a number with at most five significant digits; what is no number is a dash. */
export function figure(value) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "–" : value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e7)) {
    const [mantissa, exponent] = value.toExponential(4).split("e");
    const raised = exponent.replace("+", "").replace("-", "⁻").replace(/\d/g, (one) => RAISED[one]);
    return `${Number(mantissa)}·10${raised}`.replace("-", "−");
  }
  return Number(value.toPrecision(5)).toLocaleString("en-US", { maximumFractionDigits: 9 }).replace("-", "−");
}
