// @ts-check
// Pictures from bytes: signed maps, grey and colour images, and points by class.

import { SHAPES, classColour, paintSigned, rgb } from "./colour.js";
import { h } from "./dom.js";
import { number, percent } from "./words.js";

/** @typedef {import("./wire.js").NumArray} NumArray */
/** @typedef {{pixels: NumArray, largest: number, of: number[], least: number, most: number, zeros: number}} Tile */

/** @typedef {{pixels: NumArray, largest: NumArray, of: number[], least: NumArray, most: NumArray, zeros: NumArray}} Tiles */

/** @type {WeakMap<HTMLCanvasElement, {context: CanvasRenderingContext2D, image: ImageData, pixels: Uint32Array}>} */
const memories = new WeakMap();

/** What a canvas of this size is painted from, kept for the next time. @param {HTMLCanvasElement} canvas @param {number} width @param {number} height */
function memory(canvas, width, height) {
  const known = memories.get(canvas);
  if (known?.image.width === width && known.image.height === height) return known;
  [canvas.width, canvas.height] = [width, height];
  const image = new ImageData(width, height);
  const made = { context: /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")), image, pixels: new Uint32Array(image.data.buffer) };
  memories.set(canvas, made);
  return made;
}

/**
 * A signed map as a canvas of one pixel a value, which the style sheet makes large.
 * @param {Tile} tile
 * @param {{scale?: number, logarithmic?: boolean, label?: string|null, canvas?: HTMLCanvasElement}} how without a label, its words stay as they are
 */
export function signedMap(tile, { scale = tile.largest, logarithmic = false, label = "", canvas } = {}) {
  const [rows, columns] = tile.pixels.shape;
  /** @type {HTMLCanvasElement} */
  const node = canvas ?? h("canvas.map", { role: "img" });
  if (rows && columns) {
    const { context, image, pixels } = memory(node, columns, rows);
    paintSigned(/** @type {Int8Array} */ (tile.pixels.values), pixels, scale ? tile.largest / scale : 1, logarithmic);
    context.putImageData(image, 0, 0);
  }
  if (label !== null) node.setAttribute("aria-label", `${label}: ${mapWords(tile)}`);
  return node;
}

/** One of several pictures of one size. @param {Tiles} tiles @param {number} at @returns {Tile} */
export function oneOf(tiles, at) {
  const [, rows, columns] = tiles.pixels.shape;
  const values = tiles.pixels.values.subarray(at * rows * columns, (at + 1) * rows * columns);
  return { pixels: { values, shape: [rows, columns] }, of: tiles.of, largest: tiles.largest.values[at], least: tiles.least.values[at], most: tiles.most.values[at], zeros: tiles.zeros.values[at] };
}

/** What a map shows, in words. @param {Tile} tile */
export function mapWords(tile) {
  const whole = `${tile.of[0]} \u00d7 ${tile.of[1]}`;
  const pooled = tile.of[0] > tile.pixels.shape[0] || tile.of[1] > tile.pixels.shape[1];
  const shown = pooled ? `, shown ${tile.pixels.shape.join(" \u00d7 ")}: of each patch the value furthest from zero` : "";
  return `${whole}${shown}; least ${number(tile.least)}, most ${number(tile.most)}, ${percent(tile.zeros)} zero`;
}

/**
 * One of several pictures that travel together.
 * @param {NumArray} pictures (rows, height, width, channels), bytes
 * @param {number} index
 * @param {string} label
 */
export function image(pictures, index, label) {
  const [, height, width, channels] = pictures.shape;
  const size = height * width * channels;
  const bytes = pictures.values.subarray(index * size, (index + 1) * size);
  const out = new Uint8ClampedArray(height * width * 4);
  for (let i = 0; i < height * width; i++) {
    for (let part = 0; part < 3; part++) out[i * 4 + part] = bytes[i * channels + (channels > 2 ? part : 0)];
    out[i * 4 + 3] = 255;
  }
  const node = h("canvas.image", { role: "img", "aria-label": label, width, height });
  node.getContext("2d").putImageData(new ImageData(out, width, height), 0, 0);
  return node;
}

/**
 * The mark of a class: colour and shape, either of which is enough.
 * @param {CanvasRenderingContext2D} context
 * @param {number} x
 * @param {number} y
 * @param {number} code
 * @param {{radius?: number, edge?: string, hollow?: boolean}} how
 */
export function mark(context, x, y, code, { radius = 4, edge = "", hollow = false } = {}) {
  const shape = SHAPES[code % SHAPES.length];
  context.beginPath();
  path(context, shape, x, y, radius);
  const open = shape === "cross" || shape === "plus" || shape === "bar" || shape === "star";
  context.lineWidth = open ? radius * 0.62 : 1;
  context.strokeStyle = open ? classColour(code) : edge || classColour(code);
  context.fillStyle = classColour(code);
  if (!open && !hollow && shape !== "ring") context.fill();
  if (hollow || shape === "ring") [context.lineWidth, context.strokeStyle] = [1.8, classColour(code)];
  context.stroke();
}

/** @param {CanvasRenderingContext2D} c @param {string} shape @param {number} x @param {number} y @param {number} r */
function path(c, shape, x, y, r) {
  /** @param {number[][]} points */
  const lines = (points) => points.forEach(([px, py], i) => (i % 2 ? c.lineTo(x + px * r, y + py * r) : c.moveTo(x + px * r, y + py * r)));
  /** @param {number[][]} points */
  const closed = (points) => {
    points.forEach(([px, py], i) => (i ? c.lineTo(x + px * r, y + py * r) : c.moveTo(x + px * r, y + py * r)));
    c.closePath();
  };
  const d = 0.82;
  if (shape === "circle" || shape === "ring") c.arc(x, y, r, 0, 7);
  else if (shape === "cross") lines([[-d, -d], [d, d], [-d, d], [d, -d]]);
  else if (shape === "plus") lines([[-1.1, 0], [1.1, 0], [0, -1.1], [0, 1.1]]);
  else if (shape === "bar") lines([[-1.1, 0], [1.1, 0]]);
  else if (shape === "star") lines([[-d, -d], [d, d], [-d, d], [d, -d], [0, -1.1], [0, 1.1]]);
  else if (shape === "triangle") closed([[0, -1.15], [1.05, 0.8], [-1.05, 0.8]]);
  else if (shape === "down") closed([[0, 1.15], [1.05, -0.8], [-1.05, -0.8]]);
  else if (shape === "square") closed([[-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9]]);
  else closed([[0, -1.2], [1.2, 0], [0, 1.2], [-1.2, 0]]);
}

/**
 * The names of classes with their marks.
 * @param {string[]} names
 */
export function legend(names) {
  return h(
    "ul.legend",
    {},
    names.map((name, code) => {
      const canvas = h("canvas", { width: 28, height: 28, "aria-hidden": "true" });
      const context = canvas.getContext("2d");
      context.scale(2, 2);
      mark(context, 7, 7, code, { radius: 4.4 });
      return h("li", {}, canvas, name);
    }),
  );
}

/** The colour of a class over a plane, paler where the network is less sure. @param {number} code @param {number} sure 0 to 255 @param {number[]} paper */
export function wash(code, sure, paper) {
  const colour = rgb(classColour(code));
  const strength = 0.1 + 0.5 * (sure / 255);
  return colour.map((part, i) => Math.round(paper[i] + (part - paper[i]) * strength));
}
