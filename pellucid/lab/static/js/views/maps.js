// @ts-check
// Maps: one picture on its way through the convolutions, filter by filter.

import { buttons, fill, h } from "../dom.js";
import { Pad, asText } from "../pad.js";
import { image, signedMap } from "../picture.js";
import { counted, number, percent } from "../words.js";

/** @typedef {import("../main.js").Lab} Lab */

const MOST_BYTES = 45_000; // of a picture in a command
const ROWS = [["W", "filters W"], ["a", "maps a"], ["delta", "\u03b4"], ["gradient", "\u2202J/\u2202W"]];

export class MapsView {
  /** @param {Lab} lab */
  constructor(lab) {
    this.lab = lab;
    this.needs = ["maps"];
    this.scope = "layer";
    this.input = h("section.card", { "aria-label": "The picture" });
    this.layers = h("div.stack");
    this.sum = h("section.card", { "aria-label": "The arithmetic of one place", "aria-live": "polite" });
    this.own = h("section.card", { "aria-label": "A picture of your own" });
    this.node = h("div.columns.picture", {}, h("div.stack", {}, this.input, this.own), h("div.stack", {}, this.layers, this.sum));
    /** @type {Pad|null} */ this.pad = null;
  }

  /** @param {string} kind */
  draw(kind) {
    const shown = this.lab.shown.maps;
    if (!shown || (kind !== "maps" && kind !== "size")) return;
    this.drawPad();
    if (shown.none) {
      fill(this.input);
      fill(this.sum);
      this.key = "";
      return fill(this.layers, h("section.card.wide", {}, h("h2", {}, "Maps"), h("p", {}, shown.none), h("p.about", {}, shown.pictures ? "Put Conv2D before the first Dense layer. A picture that you draw is answered without." : "Open mnist in the Data view, or put Conv2D before the first Dense layer of a network on pictures.")));
    }
    this.drawInput(shown);
    const key = shown.layers.map((/** @type {any} */ l) => `${l.name} ${l.a.length} ${l.delta.length}`).join();
    if (key !== this.key) this.build(shown);
    this.key = key;
    shown.layers.forEach((/** @type {any} */ layer, /** @type {number} */ i) => this.paint(layer, i));
    if (shown.layers.length) fill(this.sum, h("h2", {}, "One place, written out"), shown.line ? h("pre", {}, shown.line) : h("p.about", {}, "Choose a place in a map a, and the sum behind it stands here."));
  }

  /** @param {any} shown */
  drawInput(shown) {
    const { state } = this.lab;
    const names = state.classes;
    const answer = [...shown.answer.values];
    const best = answer.indexOf(Math.max(...answer));
    const look = (/** @type {number} */ by) => this.lab.tell("look", { options: { example: shown.example + by + (shown.example + by < 0 ? shown.examples : 0), place: null, drawn: null } });
    const own = shown.row === null;
    const busy = /** @type {HTMLElement|null} */ (document.activeElement)?.dataset?.way;
    fill(
      this.input,
      h("h2", {}, own ? "Your own" : `Row ${number(shown.row)}`),
      image(shown.picture, 0, own ? "the picture that was drawn" : `row ${shown.row}: ${names[shown.true]}`),
      own ? h("p", {}, "taken for ", h("strong", {}, names[best] ?? "")) : h("p", {}, "true ", h("strong", {}, names[shown.true] ?? ""), best === shown.true ? ", said so" : h("span.bad", {}, `, said ${names[best]}`)),
      h("ol.bars", {}, answer.map((share, i) => h("li", { class: i === shown.true ? "true" : "" }, h("span", {}, names[i] ?? i), h("span.meter", { style: { "--share": share.toFixed(3) } }), h("span.number", {}, percent(share))))),
      own
        ? h("button", { type: "button", onclick: () => look(0) }, "Back to the rows")
        : h("div.row", {}, h("button", { type: "button", "data-way": "back", onclick: () => look(-1) }, "\u2190 before"), h("button", { type: "button", "data-way": "on", onclick: () => look(1) }, "next \u2192")),
      h("p.about", {}, own ? "moved so that its centre of mass is in the middle" : `example ${shown.example + 1} of the ${shown.examples} in the next batch`),
    );
    if (busy) /** @type {HTMLElement|null} */ (this.input.querySelector(`[data-way="${busy}"]`))?.focus();
  }

  /** A pad for pictures like those of the data. */
  drawPad() {
    const { shape } = this.lab.state;
    const fits = shape.length === 3 && this.pad?.height === shape[0] && this.pad?.width === shape[1];
    if (shape.length !== 3 || fits) return this.own.toggleAttribute("hidden", !fits);
    this.pad = new Pad(shape, (bytes) => {
      if (bytes.length > MOST_BYTES) return this.lab.trouble({ text: "A picture of this size cannot be sent from the page." });
      this.lab.tell("look", { options: { drawn: asText(bytes), place: null } });
    });
    fill(this.own, h("h2", {}, "Draw one"), this.pad.node);
    this.own.toggleAttribute("hidden", false);
  }

  /** @param {any} shown */
  build(shown) {
    /** @type {Record<string, HTMLCanvasElement[]>[]} */
    this.canvases = shown.layers.map((/** @type {any} */ layer) => Object.fromEntries(ROWS.map(([name]) => [name, layer[name].map(() => h("canvas.map.plane", { role: "img", "aria-label": "a map" }))])));
    const again = (/** @type {string} */ v) => { this.scope = v; this.key = ""; this.draw("maps"); };
    fill(
      this.layers,
      shown.layers.map((/** @type {any} */ layer, /** @type {number} */ i) => {
        const [height, width, inputs] = layer.size;
        const said = inputs > 1 ? " (of several inputs, the weight furthest from zero)" : "";
        const more = layer.filters > layer.a.length ? `, the first ${layer.a.length} shown` : "";
        layer.a.forEach((/** @type {any} */ _, /** @type {number} */ unit) => this.canvases?.[i].a[unit].addEventListener("click", (event) => this.choose(event, i, unit)));
        return h(
          "section.card",
          { "aria-label": layer.name },
          h("div.row.between", {}, h("div", {}, h("h2", {}, layer.name), h("p.about", {}, `${counted(layer.filters, "filter")} of ${height} \u00d7 ${width} \u00d7 ${inputs}${said}${more} \u00b7 `, h("code", {}, layer.formula))), i ? null : h("label", {}, "scale ", buttons("scale", [["tile", "tile"], ["layer", "layer"]], this.scope, again))),
          ROWS.filter(([name]) => layer[name].length).map(([name, words]) => h("div.plane-row", {}, h("span.about", {}, words), h("div.planes", { class: `planes ${name}` }, this.canvases?.[i][name]))),
        );
      }),
    );
  }

  /** @param {any} layer @param {number} i */
  paint(layer, i) {
    for (const [name, words] of ROWS) {
      const largest = Math.max(...layer[name].map((/** @type {any} */ tile) => tile.largest));
      layer[name].forEach((/** @type {any} */ tile, /** @type {number} */ unit) => {
        const canvas = /** @type {any} */ (this.canvases)[i][name][unit];
        signedMap(tile, { scale: this.scope === "tile" ? tile.largest : largest, label: `${layer.name} ${words} ${unit + 1}`, canvas });
        canvas.classList.toggle("dead", name === "a" && tile.largest === 0);
      });
    }
  }

  /** @param {MouseEvent} event @param {number} i @param {number} unit */
  choose(event, i, unit) {
    const layer = this.lab.shown.maps.layers[i];
    const [rows, columns] = layer.a[unit].of;
    const canvas = /** @type {HTMLElement} */ (event.currentTarget);
    const row = Math.min(rows - 1, Math.floor((rows * event.offsetY) / canvas.clientHeight));
    const column = Math.min(columns - 1, Math.floor((columns * event.offsetX) / canvas.clientWidth));
    this.lab.tell("look", { options: { place: { layer: layer.name, unit: [row, column, unit] } } });
  }
}
