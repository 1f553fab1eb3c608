// @ts-check
// The loss on a plane of weights, seen from above, and the ways down that three batch sizes take.

import { ticks } from "../chart.js";
import { classColour, rgb } from "../colour.js";
import { buttons, fill, h, sharp, token } from "../dom.js";
import { number } from "../words.js";

/** @typedef {import("../main.js").Lab} Lab */

const PLANES = /** @type {[string, string][]} */ ([["paths", "plane of the paths"], ["random", "two random directions"]]);
const LEVELS = 12; // lines of equal loss, even in its order of magnitude
const DASHES = [[], [6, 3], [2, 2]];

export class Surface {
  /** @param {Lab} lab */
  constructor(lab) {
    this.lab = lab;
    this.plane = "paths";
    this.canvas = h("canvas", { role: "img", "aria-label": "nothing yet" });
    this.head = h("div.row.between");
    this.body = h("div");
    this.node = h("section.card.wide", { "aria-label": "Loss surface" }, this.head, this.body);
  }

  draw() {
    const shown = this.lab.shown.surface;
    if (!shown) return;
    const ask = h("button", { type: "button", disabled: shown.busy, onclick: () => this.lab.tell("survey", { plane: this.plane }) }, shown.busy ? "Training three times \u2026" : shown.found ? "Draw it again" : "Draw it");
    const choose = buttons("plane", PLANES, this.plane, (v) => { this.plane = v; this.draw(); });
    const focus = this.head.contains(document.activeElement) ? /** @type {HTMLElement} */ (document.activeElement).textContent : "";
    fill(this.head, h("h2", {}, "The loss over the weights, and three ways down"), h("div.row", {}, choose, ask));
    if (focus) [...this.head.querySelectorAll("button")].find((one) => one.textContent === focus)?.focus();
    const { found } = shown;
    if (!found) return fill(this.body, h("p.about", {}, "From the weights before the first step, the network learns with the full batch, with mini-batches and one row at a time, on the side; then the loss is measured on a plane through the space of all weights."));
    if (found.trouble) return fill(this.body, h("p.note.error", {}, found.trouble));
    const cell = (/** @type {any} */ value) => h(typeof value === "number" ? "td.number" : "td", {}, typeof value === "number" ? number(value) : String(value));
    const table = h("table.data", {}, h("caption", {}, found.title), h("thead", {}, h("tr", {}, found.columns.map((/** @type {string} */ name) => h("th", { scope: "col" }, name)))), h("tbody", {}, found.rows.map((/** @type {any[]} */ row, /** @type {number} */ i) => h("tr", {}, h("th", { scope: "row" }, h("span.dot", { style: { background: classColour(i) } }), row[0]), row.slice(1).map(cell)))));
    fill(this.body, h("div.columns.halves", {}, h("figure", {}, this.canvas), h("div", {}, h("p.about", {}, `${found.note}.`), h("p.about", {}, "Lines of equal loss, stronger in colour where it is lower. Each way starts at the ring and ends at its dot."))), h("div.scroll", { tabindex: "0" }, table));
    requestAnimationFrame(() => this.paint(found));
  }

  /** @param {any} found */
  paint(found) {
    const width = Math.min(560, Math.max(280, this.canvas.parentElement?.clientWidth ?? 400));
    const height = width * 0.82;
    const c = sharp(this.canvas, width, height);
    const box = { left: 52, top: 6, width: width - 60, height: height - 46 };
    const [s, t] = [found.s.values, found.t.values];
    /** @type {(x: number, y: number) => [number, number]} */
    const at = (x, y) => [box.left + (box.width * (x - s[0])) / (s[s.length - 1] - s[0]), box.top + box.height * (1 - (y - t[0]) / (t[t.length - 1] - t[0]))];
    ground(c, found, box);
    frame(c, found, box, at, height);
    for (let i = found.paths.length - 1; i >= 0; i--) way(c, found.paths[i].points, i, at); // the shortest on top
    this.canvas.setAttribute("aria-label", `${found.note}. ${found.rows.map((/** @type {any[]} */ row) => `${row[0]}: loss ${number(row[4])} after ${number(row[2])} updates`).join(", ")}`);
  }
}

/** The loss as bands of equal order of magnitude. @param {CanvasRenderingContext2D} c @param {any} found @param {any} box */
function ground(c, found, box) {
  const { values, shape } = found.loss;
  const [rows, columns] = shape;
  const logs = Array.from(values, (/** @type {number} */ v) => Math.log(v));
  const known = logs.filter(Number.isFinite);
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const [paper, ink] = [rgb(token("paper")), rgb(token("blue"))];
  const [wide, tall] = [Math.round(box.width), Math.round(box.height)];
  const picture = new ImageData(wide, tall);
  const band = new Int16Array(wide * tall);
  for (let y = 0; y < tall; y++) {
    for (let x = 0; x < wide; x++) {
      const v = between(logs, columns, ((columns - 1) * x) / (wide - 1), ((rows - 1) * (tall - 1 - y)) / (tall - 1));
      const share = Number.isFinite(v) ? (v - low) / (high - low || 1) : 1;
      const level = (band[y * wide + x] = Math.min(LEVELS - 1, Math.floor(share * LEVELS)));
      const edge = (x && band[y * wide + x - 1] !== level) || (y && band[(y - 1) * wide + x] !== level);
      const strength = (edge ? 0.32 : 0.04) + 0.4 * (1 - (level + 0.5) / LEVELS);
      picture.data.set([...paper.map((part, i) => part + (ink[i] - part) * strength), 255], (y * wide + x) * 4);
    }
  }
  const under = document.createElement("canvas");
  [under.width, under.height] = [wide, tall];
  under.getContext("2d")?.putImageData(picture, 0, 0);
  c.drawImage(under, box.left, box.top, box.width, box.height);
}

/** A value between those of a grid. @param {number[]} grid @param {number} columns @param {number} x @param {number} y */
function between(grid, columns, x, y) {
  const [i, j] = [Math.min(Math.floor(x), columns - 2), Math.min(Math.floor(y), grid.length / columns - 2)];
  const [a, b] = [x - i, y - j];
  const row = (/** @type {number} */ at) => grid[at * columns + i] * (1 - a) + grid[at * columns + i + 1] * a;
  return row(j) * (1 - b) + row(j + 1) * b;
}

/** @param {CanvasRenderingContext2D} c @param {any} found @param {any} box @param {any} at @param {number} height */
function frame(c, found, box, at, height) {
  const [s, t] = [found.s.values, found.t.values];
  c.font = `12px ${token("sans")}`;
  c.fillStyle = token("muted");
  c.textAlign = "center";
  for (const v of ticks(s[0], s[s.length - 1])) c.fillText(number(v), at(v, t[0])[0], box.top + box.height + 16);
  c.fillText(found.axes[0], box.left + box.width / 2, height - 6);
  c.textAlign = "right";
  c.textBaseline = "middle";
  for (const v of ticks(t[0], t[t.length - 1])) c.fillText(number(v), box.left - 6, at(s[0], v)[1]);
  c.save();
  c.translate(9, box.top + box.height / 2);
  c.rotate(-Math.PI / 2);
  c.textAlign = "center";
  c.fillText(found.axes[1], 0, 0);
  c.restore();
  c.strokeStyle = token("rule");
  c.lineWidth = 1;
  c.strokeRect(box.left, box.top, box.width, box.height);
}

/** One way down. @param {CanvasRenderingContext2D} c @param {any} points @param {number} i @param {any} at */
function way(c, points, i, at) {
  const { values, shape } = points;
  /** @type {(row: number) => [number, number]} */
  const place = (row) => at(values[2 * row], values[2 * row + 1]);
  c.beginPath();
  for (let row = 0; row < shape[0]; row++) c.lineTo(...place(row));
  c.lineJoin = "round";
  c.strokeStyle = token("paper");
  c.lineWidth = 4;
  c.stroke();
  [c.strokeStyle, c.lineWidth] = [classColour(i), 2];
  c.setLineDash(DASHES[i]);
  c.stroke();
  c.setLineDash([]);
  c.beginPath();
  c.arc(...place(0), 6, 0, 7);
  c.strokeStyle = token("ink");
  c.lineWidth = 1.6;
  c.stroke();
  c.beginPath();
  c.arc(...place(shape[0] - 1), 4.4, 0, 7);
  c.fillStyle = classColour(i);
  c.fill();
}
