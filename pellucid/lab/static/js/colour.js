// @ts-check
// One scale for signed values everywhere: zero always the same, equal sizes equally light.

// Orange to blue, -1 to +1 in steps of 0.25; lightness falls evenly on both sides.
const STOPS = ["#724013", "#a56329", "#d58b4e", "#e8c1a4", "#f7f7f7", "#a9cdf8", "#56a2f4", "#3077c1", "#185087"];
const BROKEN = [214, 0, 147]; // of no number: it is hatched, too

// Okabe and Ito's colours, told apart with any kind of colour vision; and shapes besides.
const LIGHT = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7a6fd0", "#8a8f98", "#a0522d", "#b3a100"];
const DARK = ["#3d8fe0", "#ec6a2c", "#1fbf92", "#dd94bb", "#f4bd3f", "#9ad6f7", "#a49bee", "#a3abb5", "#cf8a63", "#d6c63a"];
export const SHAPES = ["circle", "cross", "triangle", "square", "diamond", "plus", "down", "ring", "star", "bar"];

const dark = globalThis.matchMedia?.("(prefers-color-scheme: dark)");

/** The colour of a class. @param {number} code */
export function classColour(code) {
  return (dark?.matches ? DARK : LIGHT)[code % LIGHT.length];
}

/** @param {string} hex @returns {number[]} */
export function rgb(hex) {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

const PARTS = STOPS.map(rgb);

/**
 * The colour of a value from -1 to 1.
 * @param {number} value
 * @returns {number[]} red, green, blue
 */
export function signed(value) {
  if (!Number.isFinite(value)) return BROKEN;
  const place = (Math.min(1, Math.max(-1, value)) + 1) * 4;
  const low = Math.min(7, Math.floor(place));
  const [from, to] = [PARTS[low], PARTS[low + 1]];
  return from.map((part, i) => Math.round(part + (to[i] - part) * (place - low)));
}

/** @param {number} value @returns {string} */
export function signedCss(value) {
  return `rgb(${signed(value).join(" ")})`;
}

/** A colour as one word of a canvas's memory: red, green, blue, alpha. @param {number[]} colour */
export const word = (colour) => new Uint32Array(Uint8Array.of(...colour, 255).buffer)[0];

// One for each of the 256 bytes that stand for -128 (no number), -127 .. 127.
const WORDS = Uint32Array.from({ length: 256 }, (_, at) => (at === 128 ? word(BROKEN) : word(signed(((at << 24) >> 24) / 127))));
const shown = new Uint32Array(256);

/**
 * Paint bytes of a signed picture.
 * @param {Int8Array} bytes
 * @param {Uint32Array} pixels where to, a word each
 * @param {number} gain how much more than its own scale a picture is shown with
 * @param {boolean} logarithmic
 */
export function paintSigned(bytes, pixels, gain = 1, logarithmic = false) {
  let words = WORDS;
  if (gain !== 1 || logarithmic) {
    words = shown;
    for (let byte = -127; byte < 128; byte++) {
      const step = Math.round(127 * along((byte / 127) * gain, logarithmic));
      words[byte & 255] = WORDS[Math.max(-127, Math.min(127, step)) & 255];
    }
    words[128] = WORDS[128];
  }
  for (let i = 0; i < bytes.length; i++) pixels[i] = words[bytes[i] & 255];
}

/**
 * How far a value lies along the scale, as it is or by its order of magnitude.
 * @param {number} value from -1 to 1
 * @param {boolean} logarithmic shows six orders of magnitude
 */
export function along(value, logarithmic) {
  if (!logarithmic || !value) return value;
  return Math.sign(value) * Math.max(0, 1 + Math.log10(Math.abs(value)) / 6);
}
