// @ts-check
// Layers: W, z, a, delta and gradient of each layer, and its magnitudes on one common axis.

import { powers } from "../chart.js";
import { buttons, fill, h, say } from "../dom.js";
import { mapWords, signedMap } from "../picture.js";
import { counted, number, percent } from "../words.js";

/** @typedef {import("../main.js").Lab} Lab */

const TILES = [["W", "W"], ["z", "z"], ["a", "a"], ["delta", "\u03b4"], ["gradient", "\u2202J/\u2202W"]];
/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };
/** @type {Record<string, string>} */
const PATHS = { cross: "M-4.2 -4.2L4.2 4.2M-4.2 4.2L4.2 -4.2", plus: "M-5 0H5M0 -5V5", bar: "M0 -7V7" };
const SIGNS = [["a", "a", "circle"], ["delta", "\u03b4", "cross"], ["gradient", "\u2202J/\u2202W", "plus"], ["update", "|\u0394W|/|W|", "bar"]];

export class LayersView {
  /** @param {Lab} lab */
  constructor(lab) {
    this.lab = lab;
    this.needs = ["layers"];
    this.scope = "tile";
    this.logarithmic = false;
    this.every = false;
    this.probed = this.key = this.scaled = "";
    this.width = 240; // of the strips, in the page's own pixels
    /** @type {any[]} */ this.rows = [];
    this.head = h("div.row.between");
    this.table = h("div.layer-rows");
    this.detail = h("section.card", { "aria-live": "polite", "aria-label": "The picture under the pointer" });
    this.node = h("div.stack", {}, h("section.card", {}, this.head, this.table), this.detail);
    this.drawHead();
    fill(this.detail, h("p.about", {}, "Point at a picture, or move there with Tab, to read it in words. Choose a place in it, and its number is written out."));
  }

  drawHead() {
    const again = () => { this.drawHead(); this.lab.redraw(); };
    fill(
      this.head,
      h("div", {}, h("h2", {}, "Layers"), (this.note = h("p.about"))),
      h(
        "div.row",
        {},
        h("span.ramp", { title: "\u22121 to 1 of the scale; zero is the light middle" }),
        buttons("which layers", [[false, "with weights"], [true, "all"]], this.every, (v) => { this.every = v; again(); }),
        h("label", {}, "scale ", buttons("scale", [["tile", "tile"], ["layer", "layer"], ["net", "net"]], this.scope, (v) => { this.scope = v; again(); })),
        buttons("values", [[false, "linear"], [true, "log"]], this.logarithmic, (v) => { this.logarithmic = v; again(); }),
      ),
    );
  }

  /** @param {Set<string>} kinds what came anew */
  draw(kinds) {
    const told = this.lab.shown.layers;
    const shown = told && { ...told, rows: told.rows.filter((/** @type {any} */ row) => this.every || row.strip.gradient !== undefined) };
    if (!shown || !(kinds.has("layers") || kinds.has("size") || kinds.has("state"))) return;
    if (this.lab.speaks) fill(/** @type {any} */ (this.note), this.words(shown));
    const key = shown.rows.map((/** @type {any} */ r) => r.name).join() + Object.keys(shown.rows.at(-1)?.tiles ?? {});
    if (key !== this.key) this.build(shown);
    if (key !== this.key || !kinds.has("layers")) this.width = this.scaleRow?.clientWidth || this.width;
    this.key = key;
    const axis = axisOf(shown.rows);
    const net = largest(shown.rows.flatMap((/** @type {any} */ row) => Object.values(row.tiles)));
    shown.rows.forEach((/** @type {any} */ row, /** @type {number} */ i) => this.row(row, i, axis, net, shown));
    this.axis(axis);
    if (shown.probe) this.inspect(shown.probe);
  }

  /** Ask for the number under the pointer. @param {string} layer @param {string} tile @param {PointerEvent} event */
  probe(layer, tile, event) {
    const found = this.lab.shown.layers.rows.find((/** @type {any} */ one) => one.name === layer).tiles[tile];
    const canvas = /** @type {HTMLElement} */ (event.currentTarget);
    const at = [event.offsetY / canvas.clientHeight, event.offsetX / canvas.clientWidth].map((share, i) => Math.min(found.of[i] - 1, Math.max(0, Math.floor(share * found.of[i]))));
    this.lab.tell("look", { options: { probe: { layer, tile, row: at[0], unit: at[1] } } });
  }

  /** Write one number out. @param {any} found */
  inspect(found) {
    const key = JSON.stringify(found);
    if (key === this.probed) return;
    this.probed = key;
    const letter = TILES.find(([name]) => name === found.tile)?.[1];
    const weights = found.tile === "W" || found.tile === "gradient";
    fill(
      this.detail,
      h("h3", {}, `${found.layer}: ${letter}, ${weights ? "input" : "example"} ${found.row + 1}, unit ${found.unit + 1}`),
      h("p.exact", {}, number(found.value, 9)),
      h("pre", {}, found.line),
    );
  }

  /** @param {any} shown */
  words(shown) {
    const { batch, fading, low, kernels } = shown;
    const rows = `${counted(batch.rows, "example")}, one a row in z, a and \u03b4.`;
    const which = batch.stays ? `While it plays, the same ${rows}` : `Batch ${batch.number} of epoch ${batch.epoch}, before its update: ${rows}`;
    if (fading === null || kernels.length < 2) return which;
    const faint = fading < low;
    return [which, " ", h("strong", { class: faint ? "bad" : "" }, `The gradient of ${kernels[0]} is ${number(fading)} of that of ${kernels.at(-1)}${faint ? ": it fades on its way back" : ""}.`)];
  }

  /** @param {any} shown */
  build(shown) {
    this.rows = shown.rows.map((/** @type {any} */ row) => {
      const title = h("title");
      const marks = SIGNS.map(([name, , shape]) => signOf(name, shape));
      const strip = h("svg.strip", { role: "img" }, title, h("line", { x1: 14, x2: "100%", y1: 17, y2: 17, class: "rule" }), marks);
      const tiles = Object.fromEntries(TILES.map(([name]) => [name, row.tiles[name] ? h("canvas.map", { role: "img", tabindex: "-1", "aria-label": "a map" }) : null]));
      const flags = h("p.flags");
      const formula = h("code");
      const cells = TILES.map(([name, letter]) => h("div.tile", { class: `tile ${name}` }, tiles[name], h("small", {}, "")));
      for (const [name] of TILES) {
        const show = () => this.show(row.name, name);
        tiles[name]?.addEventListener("pointerenter", show);
        tiles[name]?.addEventListener("click", (/** @type {PointerEvent} */ event) => this.probe(row.name, name, event));
        tiles[name]?.addEventListener("focus", show);
      }
      return { node: h("div.layer-row", { role: "group", "aria-label": row.name }, h("div.about-layer", {}, h("b", {}, row.name), formula, flags), strip, cells), title, marks, tiles, cells, flags, formula };
    });
    this.scaleRow = h("svg.strip.axis", { "aria-hidden": "true" });
    this.scaled = "";
    fill(
      this.table,
      h("div.layer-row.head", { "aria-hidden": "true" }, h("div", {}, "layer"), h("div.signs", {}, SIGNS.map(([name, letter]) => h("span", { class: `sign ${name}` }, letter))), TILES.map(([, letter]) => h("div.tile", {}, letter))),
      this.rows.map((/** @type {any} */ row) => row.node),
      h("div.layer-row.foot", {}, h("div.about", {}, "root mean square, one log axis"), this.scaleRow),
    );
    this.rove();
  }

  /** One Tab stop for all pictures; arrows go between them. */
  rove() {
    const grid = this.rows.map((/** @type {any} */ row) => TILES.map(([name]) => row.tiles[name]));
    const first = grid.flat().find(Boolean);
    if (first) first.tabIndex = 0;
    this.table.onkeydown = (/** @type {KeyboardEvent} */ event) => {
      const by = ARROWS[event.key];
      const at = grid.findIndex((/** @type {any[]} */ line) => line.includes(event.target));
      if (!by || at < 0) return;
      event.preventDefault();
      let [r, c] = [at + by[0], grid[at].indexOf(event.target) + by[1]];
      while (grid[r]?.[c] === null) [r, c] = [r + by[0], c + by[1]];
      const next = grid[r]?.[c];
      if (!next) return;
      /** @type {HTMLElement} */ (event.target).tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
    };
  }

  /** @param {any} row @param {number} i @param {number[]} axis @param {number} net @param {any} shown */
  row(row, i, axis, net, shown) {
    const parts = /** @type {any[]} */ (this.rows)[i];
    const { speaks } = this.lab;
    const layer = largest(Object.values(row.tiles));
    TILES.forEach(([name, letter], at) => {
      const tile = row.tiles[name];
      if (!tile) return;
      const scale = this.scope === "tile" ? tile.largest : this.scope === "layer" ? layer : net;
      signedMap(tile, { scale, logarithmic: this.logarithmic, label: speaks ? `${row.name} ${letter}` : null, canvas: parts.tiles[name] });
      if (speaks) say(parts.cells[at].lastChild, `\u00b1${number(scale, 2)}`);
    });
    SIGNS.forEach(([name], at) => {
      const value = row.strip[name];
      parts.marks[at].setAttribute("transform", `translate(${value > 0 ? Math.max(14, place(value, axis[0], axis[1], this.width)) : -99} 17)`);
    });
    if (!speaks) return;
    say(parts.formula, row.formula);
    say(parts.title, stripWords(row));
    parts.node.classList.toggle("fading", shown.fading !== null && shown.fading < shown.low && row.strip.gradient !== undefined && row.name === shown.kernels[0]);
    const flags = [];
    if (row.still.length) flags.push(h("span.flag", {}, `\u00d7 ${row.still.length} of ${row.units} units dead for this batch`));
    if (row.flat > 0.5) flags.push(h("span.flag", {}, `\u2500 ${percent(row.flat)} saturated`));
    if (parts.node.classList.contains("fading")) flags.push(h("span.flag.bad", {}, "fading"));
    fill(parts.flags, ...flags);
  }

  /** @param {number[]} axis */
  axis([low, high]) {
    const scaled = `${low} ${high} ${this.width}`;
    if (scaled === this.scaled) return;
    this.scaled = scaled;
    const at = (/** @type {number} */ v) => place(v, low, high, this.width);
    fill(/** @type {any} */ (this.scaleRow), ...powers(low, high).map((p) => h("g", {}, h("line", { x1: at(p), x2: at(p), y1: 0, y2: 5, class: "tick" }), h("text", { x: at(p), y: 18, class: "about" }, number(p, 2)))));
  }

  /** Say in words what a picture shows. @param {string} layer @param {string} name */
  show(layer, name) {
    const row = this.lab.shown.layers?.rows.find((/** @type {any} */ one) => one.name === layer);
    const tile = row?.tiles[name];
    if (!tile) return;
    const letter = TILES.find(([n]) => n === name)?.[1];
    fill(this.detail, h("div.detail", {}, h("div.large", {}, signedMap(tile, { logarithmic: this.logarithmic, label: `${layer} ${letter}` })), h("div", {}, h("h3", {}, `${layer}: ${letter}`), h("p", {}, `${mapWords(tile)}.`), h("p.about", {}, meaning(name)), h("p.about", {}, stripWords(row)))));
  }
}

/** @param {string} name */
function meaning(name) {
  return {
    W: "The weights: a row for each input, a column for each unit.",
    z: "Before the activation: a row for each example, a column for each unit.",
    a: "After the activation: what the next layer reads.",
    delta: "How much the cost of each example would grow if z grew: what comes back from the loss.",
    gradient: "How much the loss of the batch would grow if a weight grew; the update goes against it.",
  }[name];
}

/** @param {any[]} tiles */
function largest(tiles) {
  return Math.max(0, ...tiles.map((tile) => tile.largest));
}

/** The range that holds all magnitudes, in powers of ten. @param {any[]} rows */
function axisOf(rows) {
  const all = rows.flatMap((row) => Object.values(row.strip)).filter((v) => v > 0 && Number.isFinite(v));
  if (!all.length) return [1e-4, 1];
  const [low, high] = [Math.floor(Math.log10(Math.min(...all)) - 0.05), Math.ceil(Math.log10(Math.max(...all)) + 0.05)];
  return [10 ** Math.max(low, -14), 10 ** high];
}

/** @param {number} value @param {number} low @param {number} high @param {number} width */
function place(value, low, high, width) {
  return 14 + ((width - 28) * (Math.log10(value) - Math.log10(low))) / (Math.log10(high) - Math.log10(low) || 1);
}

/** The mark of a magnitude, to be moved where it belongs. @param {string} name @param {string} shape */
function signOf(name, shape) {
  return shape === "circle" ? h("circle", { r: 4.4, class: `sign ${name}` }) : h("path", { d: PATHS[shape], class: `sign ${name}` });
}

/** @param {any} row */
function stripWords(row) {
  return `${row.name}: ${SIGNS.filter(([name]) => row.strip[name] !== undefined).map(([name, letter]) => `${letter} ${number(row.strip[name])}`).join(", ")}`;
}
