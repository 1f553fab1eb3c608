// @ts-check
// Numbers as people read them.

const LOCAL = new Intl.NumberFormat("en", { maximumFractionDigits: 8 });

/** @param {number|null|undefined} value @param {number} digits */
export function number(value, digits = 3) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "not finite";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) {
    const [front, power] = value.toExponential(Math.max(0, digits - 2)).split("e");
    return `${front}e${power.replace("+", "")}`.replace("-", "\u2212");
  }
  return LOCAL.format(Number.isInteger(value) ? value : Number(value.toPrecision(digits))).replace("-", "\u2212");
}

/** @param {number} share */
export function percent(share) {
  return Number.isFinite(share) ? `${(100 * share).toFixed(share === 1 || share === 0 ? 0 : 1)} %` : "\u2013";
}

/** @param {number} count @param {string} noun */
export function counted(count, noun) {
  return `${LOCAL.format(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** @param {number[]} shape */
export function shapeWords(shape) {
  return shape.length ? shape.map((n) => (n ?? "any").toLocaleString("en")).join(" \u00d7 ") : "1";
}
