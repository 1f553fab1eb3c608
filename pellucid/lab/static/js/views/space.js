// @ts-check
// Space: what the network says all over a plane, the rows in it, and what each unit answers.

import { ticks } from "../chart.js";
import { paintSigned, rgb, signed, word } from "../colour.js";
import { choice, fill, h, sharp, token } from "../dom.js";
import { legend, mark, signedMap, wash } from "../picture.js";
import { counted, number } from "../words.js";
import { Surface } from "./surface.js";

/** @typedef {import("../main.js").Lab} Lab */

export class SpaceView {
  /** @param {Lab} lab */
  constructor(lab) {
    this.lab = lab;
    this.needs = ["space", "surface"];
    this.surface = h("section.card.grow", { "aria-label": "Decision surface" });
    this.units = h("section.card.grow", { "aria-label": "Units" });
    this.canvas = h("canvas", { role: "img", "aria-label": "nothing yet" });
    this.under = document.createElement("canvas");
    this.controls = h("figcaption.row");
    this.key = this.unitKey = "";
    /** @type {HTMLCanvasElement[][]} */ this.maps = [];
    this.about = h("p.about");
    this.plane = h("div.columns.halves", {}, this.surface, this.units);
    this.loss = new Surface(lab);
    this.node = h("div.stack", {}, this.plane, this.loss.node);
    new ResizeObserver(() => this.draw(new Set(["size"]))).observe(this.surface);
    fill(this.surface, h("h2", {}, "What it says, place by place"), h("figure", {}, this.canvas, this.controls), this.about);
  }

  /** @param {Set<string>} kinds what came anew */
  draw(kinds) {
    if (kinds.has("surface") || kinds.has("size")) this.loss.draw();
    const shown = this.lab.shown.space;
    if (!shown || !(kinds.has("space") || kinds.has("size") || kinds.has("state"))) return;
    if (shown.none) return fill(this.plane, h("section.card", {}, h("p", {}, shown.none)));
    this.drawUnits(shown);
    this.drawControls(shown);
    this.drawSurface(shown);
  }

  /** @param {any} shown */
  drawSurface(shown) {
    const { state } = this.lab;
    const width = Math.min(Math.max(300, this.surface.clientWidth - 34), 620);
    const curve = shown.axes.length === 1;
    const height = curve ? width * 0.7 : width * 0.86;
    const c = sharp(this.canvas, width, height);
    const box = { left: 44, top: 6, width: width - 54, height: height - 42 };
    const [rx] = shown.ranges;
    const ry = curve ? span(shown) : shown.ranges[1];
    /** @type {(x: number, y: number) => [number, number]} */
    const at = (x, y) => [box.left + (box.width * (x - rx[0])) / (rx[1] - rx[0]), box.top + box.height * (1 - (y - ry[0]) / (ry[1] - ry[0]))];
    if (!curve) this.paint(c, shown.surface, box);
    frame(c, box, rx, ry, at, [shown.names[shown.axes[0]], curve ? "" : shown.names[shown.axes[1]]], height);
    if (curve) line(c, shown, at);
    points(c, shown, at, state.classes.length > 0, curve);
    const wrong = shown.points.wrong.values.reduce((/** @type {number} */ a, /** @type {number} */ b) => a + b, 0);
    this.canvas.setAttribute("aria-label", `${counted(shown.points.y.values.length, "row")} over ${shown.names[shown.axes[0]]}${curve ? "" : ` and ${shown.names[shown.axes[1]]}`}; ${wrong} on the wrong side`);
    const others = shown.others.length ? ` Other inputs (${shown.others.slice(0, 6).join(", ")}) stand at their median, so a row may be said otherwise than the colour beneath it.` : "";
    fill(this.about, state.classes.length ? `Colour: the class it says, paler where it is less sure. Ringed: said wrongly. Small: validation rows.${others}` : `Line or colour: the number it says.${others}`);
  }

  /** @param {CanvasRenderingContext2D} c @param {any} surface @param {any} box */
  paint(c, surface, box) {
    const source = surface.classes ?? surface.numbers;
    const [rows, columns] = source.shape;
    const data = new ImageData(columns, rows);
    const pixels = new Uint32Array(data.data.buffer);
    const paper = rgb(token("paper"));
    if (surface.classes) {
      /** @type {number[]} colours by class and certainty */
      const known = [];
      surface.classes.values.forEach((/** @type {number} */ code, /** @type {number} */ i) => {
        const sure = surface.sure.values[i];
        pixels[i] = known[code * 256 + sure] ??= word(wash(code, sure, paper));
      });
    } else paintSigned(surface.numbers.values, pixels);
    [this.under.width, this.under.height] = [columns, rows];
    this.under.getContext("2d")?.putImageData(data, 0, 0);
    c.imageSmoothingEnabled = true;
    c.drawImage(this.under, box.left, box.top, box.width, box.height);
  }

  /** @param {any} shown */
  drawControls(shown) {
    const key = JSON.stringify([this.lab.run, shown.axes]);
    if (key === this.key) return;
    this.key = key;
    const set = (/** @type {number} */ at, /** @type {string} */ name) => {
      const axes = [...shown.axes];
      axes[at] = shown.names.indexOf(name);
      this.lab.tell("look", { options: { axes } });
    };
    const several = shown.names.length > 2;
    fill(this.controls, several ? shown.axes.map((/** @type {number} */ axis, /** @type {number} */ at) => h("label", {}, at ? "up " : "across ", choice(shown.names, shown.names[axis], (name) => set(at, name)))) : null, this.lab.state.classes.length ? legend(this.lab.state.classes) : null);
  }

  /** @param {any} shown */
  drawUnits(shown) {
    const key = shown.units.map((/** @type {any} */ u) => `${u.layer} ${u.maps.length}`).join();
    if (key !== this.unitKey) {
      this.unitKey = key;
      this.maps = shown.units.map((/** @type {any} */ u) => u.maps.map(() => h("canvas.map.unit", { role: "img", "aria-label": "a unit" })));
      fill(
        this.units,
        h("h2", {}, "What each hidden unit answers"),
        h("p.about", {}, "The same plane, seen by one unit: blue above zero, orange below."),
        shown.units.length ? shown.units.map((/** @type {any} */ u, /** @type {number} */ i) => h("div", {}, h("h3", {}, u.layer, u.units > u.maps.length ? h("small", {}, ` the first ${u.maps.length} of ${u.units}`) : null), h("div.unit-maps", {}, this.maps[i]))) : h("p", {}, "There is no hidden layer."),
      );
    }
    shown.units.forEach((/** @type {any} */ u, /** @type {number} */ i) => u.maps.forEach((/** @type {any} */ tile, /** @type {number} */ j) => signedMap(tile, { label: this.lab.speaks ? `${u.layer}, unit ${j + 1}` : null, canvas: this.maps[i][j] })));
  }
}

/** @param {any} shown */
function span(shown) {
  const all = [...shown.points.y.values, ...(shown.surface.curve?.values ?? [0, 1])].filter(Number.isFinite);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const more = (high - low || 1) * 0.08;
  return [low - more, high + more];
}

/** @param {CanvasRenderingContext2D} c @param {any} box @param {number[]} rx @param {number[]} ry @param {any} at @param {string[]} names @param {number} height */
function frame(c, box, rx, ry, at, names, height) {
  c.font = `12px ${token("sans")}`;
  c.fillStyle = token("muted");
  c.textAlign = "center";
  for (const t of ticks(rx[0], rx[1])) c.fillText(number(t), at(t, ry[0])[0], box.top + box.height + 16);
  c.fillText(names[0], box.left + box.width / 2, height - 6);
  c.textAlign = "right";
  c.textBaseline = "middle";
  for (const t of ticks(ry[0], ry[1])) c.fillText(number(t), box.left - 6, at(rx[0], t)[1]);
  c.save();
  c.translate(9, box.top + box.height / 2);
  c.rotate(-Math.PI / 2);
  c.textAlign = "center";
  c.fillText(names[1], 0, 0);
  c.restore();
  c.strokeStyle = token("rule");
  c.lineWidth = 1;
  c.strokeRect(box.left, box.top, box.width, box.height);
}

/** @param {CanvasRenderingContext2D} c @param {any} shown @param {(x: number, y: number) => [number, number]} at */
function line(c, shown, at) {
  const values = shown.surface.curve.values;
  const [low, high] = shown.ranges[0];
  c.beginPath();
  values.forEach((/** @type {number} */ v, /** @type {number} */ i) => c.lineTo(...at(low + ((high - low) * i) / (values.length - 1), v)));
  c.strokeStyle = token("orange");
  c.lineWidth = 2.4;
  c.stroke();
}

/** @param {CanvasRenderingContext2D} c @param {any} shown @param {any} at @param {boolean} classes @param {boolean} curve */
function points(c, shown, at, classes, curve) {
  const { at: places, y, held_out: held, wrong } = shown.points;
  const axes = places.shape[1];
  for (let row = 0; row < y.values.length; row++) {
    const [px, py] = at(places.values[row * axes], curve ? y.values[row] : places.values[row * axes + 1]);
    if (!classes && !curve) {
      const { low, high } = shown.surface;
      c.beginPath();
      c.arc(px, py, 3.4, 0, 7);
      c.fillStyle = `rgb(${signed((2 * (y.values[row] - low)) / (high - low || 1) - 1).join(" ")})`;
      c.fill();
      c.strokeStyle = token("ink");
      c.lineWidth = 0.8;
      c.stroke();
      continue;
    }
    mark(c, px, py, classes ? y.values[row] : 0, { radius: held.values[row] ? 2.6 : 4, edge: token("paper") });
    if (!wrong.values[row]) continue;
    c.beginPath();
    c.arc(px, py, 7.2, 0, 7);
    c.strokeStyle = token("ink");
    c.lineWidth = 1.4;
    c.stroke();
  }
}

