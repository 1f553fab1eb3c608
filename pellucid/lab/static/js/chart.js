// @ts-check
// Lines over updates: of each batch thin, of each epoch thick, of held-out rows dashed.

import { h, sharp, token } from "./dom.js";
import { number } from "./words.js";

/** @typedef {{name: string, x: ArrayLike<number>, y: ArrayLike<number>, colour: string, width: number, dash?: number[], faint?: boolean}} Line */

const PAD = { left: 52, right: 134, top: 12, bottom: 30 };

/**
 * Round numbers that divide a range.
 * @param {number} low
 * @param {number} high
 * @param {number} about how many
 */
export function ticks(low, high, about = 5) {
  const rough = (high - low || 1) / about;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough) ?? power;
  const out = [];
  for (let at = Math.ceil(low / step - 1e-9) * step; at <= high + step * 1e-6; at += step) out.push(Math.abs(at) < step * 1e-9 ? 0 : at);
  return out;
}

/**
 * Powers of ten within a range, at most six of them.
 * @param {number} low
 * @param {number} high
 */
export function powers(low, high) {
  const [from, to] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  const every = Math.max(1, Math.ceil((to - from) / 6));
  const out = [];
  for (let at = from; at <= to; at += every) out.push(10 ** at);
  return out.length > 1 ? out : ticks(low, high, 4).filter((t) => t > 0);
}

/**
 * The least and largest of each of some stretches of a long line, so that nothing is lost.
 * @param {ArrayLike<number>} x
 * @param {ArrayLike<number>} y
 * @param {number} most points
 * @returns {[number, number][]}
 */
export function thinned(x, y, most = 1200) {
  /** @type {[number, number][]} */
  const out = [];
  const stride = Math.max(1, Math.ceil(x.length / (most / 2)));
  for (let from = 0; from < x.length; from += stride) {
    let [low, high] = [from, from];
    for (let i = from; i < Math.min(from + stride, x.length); i++) {
      if (y[i] < y[low]) low = i;
      if (y[i] > y[high]) high = i;
    }
    for (const i of low === high ? [low] : [Math.min(low, high), Math.max(low, high)]) out.push([x[i], y[i]]);
  }
  return out;
}

/** A chart that is drawn again and again on one canvas. */
export class Chart {
  /** @param {string} title @param {number} height */
  constructor(title, height = 220) {
    this.title = title;
    this.height = height;
    this.canvas = h("canvas.chart", { role: "img" });
    this.caption = h("figcaption");
    this.node = h("figure", {}, this.canvas, this.caption);
    /** @type {[Line[], any]|null} what was drawn last */
    this.last = null;
    new ResizeObserver(() => this.last && this.draw(...this.last)).observe(this.node);
  }

  /**
   * @param {Line[]} lines
   * @param {{logarithmic?: boolean, xLabel?: string, words?: string}} how
   */
  draw(lines, { logarithmic = false, xLabel = "updates", words = "" } = {}) {
    this.last = [lines, { logarithmic, xLabel, words }];
    const width = Math.max(280, this.node.clientWidth || 640);
    const context = sharp(this.canvas, width, this.height);
    const seen = lines.filter((line) => line.x.length);
    const range = span(seen, logarithmic);
    this.canvas.setAttribute("aria-label", words || `${this.title}: nothing yet`);
    const right = seen.length ? PAD.right : 16;
    const box = { right: seen.length, left: PAD.left, top: PAD.top, width: width - PAD.left - right, height: this.height - PAD.top - PAD.bottom };
    const [low, high] = range.y;
    const place = (/** @type {number} */ y) => (logarithmic ? Math.log(y / low) / Math.log(high / low || 2) : (y - low) / (high - low || 1));
    /** @type {(x: number, y: number) => [number, number]} */
    const at = (x, y) => [box.left + (box.width * (x - range.x[0])) / (range.x[1] - range.x[0] || 1), box.top + box.height * (1 - Math.min(1, Math.max(0, place(y))))];
    frame(context, box, range, at, logarithmic, xLabel);
    for (const line of seen) stroke(context, line, at, logarithmic);
    ends(context, seen, at, box, this.height);
  }
}

/** @param {Line[]} lines @param {boolean} logarithmic */
function span(lines, logarithmic) {
  let [x0, x1, y0, y1] = [0, 1, Infinity, -Infinity];
  for (const line of lines) {
    for (let i = 0; i < line.x.length; i++) {
      if (line.x[i] > x1) x1 = line.x[i];
      const y = line.y[i];
      if (!Number.isFinite(y) || (logarithmic && y <= 0)) continue;
      if (y < y0) y0 = y;
      if (y > y1) y1 = y;
    }
  }
  if (y0 > y1) [y0, y1] = logarithmic ? [0.1, 1] : [0, 1];
  if (!logarithmic) [y0, y1] = [Math.min(0, y0), y1 * 1.05 || 1];
  else if (y1 / y0 < 1.5) [y0, y1] = [y0 / 1.5, y1 * 1.5];
  return { x: [x0, x1], y: [y0, y1] };
}

/** @param {CanvasRenderingContext2D} c @param {any} box @param {any} range @param {any} at @param {boolean} logarithmic @param {string} xLabel */
function frame(c, box, range, at, logarithmic, xLabel) {
  c.font = `12px ${token("sans")}`;
  c.fillStyle = token("muted");
  c.strokeStyle = token("grid");
  c.lineWidth = 1;
  c.textAlign = "right";
  c.textBaseline = "middle";
  for (const y of logarithmic ? powers(range.y[0], range.y[1]) : ticks(range.y[0], range.y[1], 4)) {
    const [, place] = at(0, y);
    if (place < box.top - 1) continue;
    c.beginPath();
    c.moveTo(box.left, Math.round(place) + 0.5);
    c.lineTo(box.left + box.width, Math.round(place) + 0.5);
    c.stroke();
    c.fillText(number(y, 2), box.left - 8, place);
  }
  c.textAlign = "center";
  c.textBaseline = "alphabetic";
  const marks = ticks(range.x[0], range.x[1], Math.max(2, Math.floor(box.width / 110)));
  for (const x of marks) c.fillText(number(x), at(x, range.y[0])[0], box.top + box.height + 18);
  c.textAlign = "left";
  if (box.right) c.fillText(xLabel, box.left + box.width + 10, box.top + box.height + 18);
}

/** @param {CanvasRenderingContext2D} c @param {Line} line @param {(x: number, y: number) => [number, number]} at @param {boolean} logarithmic */
function stroke(c, line, at, logarithmic) {
  c.strokeStyle = line.colour;
  c.globalAlpha = line.faint ? 0.26 : 1;
  c.lineWidth = line.width;
  c.lineJoin = "round";
  c.setLineDash(line.dash ?? []);
  c.beginPath();
  let down = false;
  const points = thinned(line.x, line.y);
  for (const [x, y] of points) {
    if (!Number.isFinite(y) || (logarithmic && y <= 0)) {
      down = false;
      continue;
    }
    const place = at(x, y);
    if (down) c.lineTo(...place);
    else c.moveTo(...place);
    down = true;
  }
  c.stroke();
  c.setLineDash([]);
  c.globalAlpha = 1;
  if (points.length === 1) {
    c.beginPath();
    c.fillStyle = line.colour;
    c.arc(...at(...points[0]), 2.5, 0, 7);
    c.fill();
  }
}

/** Names at the ends of lines, moved apart. @param {CanvasRenderingContext2D} c @param {Line[]} lines @param {any} at @param {any} box @param {number} height */
function ends(c, lines, at, box, height) {
  const named = lines.filter((line) => line.name).map((line) => {
    const y = line.y[line.y.length - 1];
    return { line, y: at(0, Number.isFinite(y) ? y : 0)[1], words: `${line.name} ${number(y)}` };
  });
  named.sort((a, b) => a.y - b.y);
  named.forEach((one, i) => (one.y = Math.max(one.y, i ? named[i - 1].y + 15 : 8)));
  for (let i = named.length - 1, most = height - PAD.bottom; i >= 0; i--, most -= 15) named[i].y = Math.min(named[i].y, most);
  c.textBaseline = "middle";
  c.textAlign = "left";
  for (const { line, y, words } of named) {
    c.fillStyle = line.colour;
    c.font = `600 12px ${token("sans")}`;
    c.fillText(words, box.left + box.width + 10, y);
  }
}
