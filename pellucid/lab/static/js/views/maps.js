// @ts-check
// Maps: one picture on its way through the convolutions, filter by filter.

import { buttons, fill, h, say } from "../dom.js";
import { Pad, asText } from "../pad.js";
import { image, oneOf, signedMap } from "../picture.js";
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
    this.key = this.inputKey = this.line = "";
    this.verdict = h("p");
    /** @type {{meter: HTMLElement, share: HTMLElement}[]} by class */
    this.bars = [];
  }

  /** @param {Set<string>} kinds what came anew */
  draw(kinds) {
    const shown = this.lab.shown.maps;
    if (!shown || !(kinds.has("maps") || kinds.has("size"))) return;
    this.drawPad();
    if (shown.none) {
      fill(this.input);
      fill(this.sum);
      this.key = this.inputKey = "";
      return fill(this.layers, h("section.card.wide", {}, h("h2", {}, "Maps"), h("p", {}, shown.none), h("p.about", {}, shown.pictures ? "Put Conv2D before the first Dense layer. A picture that you draw is answered without." : "Open mnist in the Data view, or put Conv2D before the first Dense layer of a network on pictures. The lesson \u201cA filter that finds a dip\u201d has curves.")));
    }
    this.drawInput(shown);
    const key = shown.layers.map((/** @type {any} */ l) => `${l.name} ${count(l.a)} ${count(l.delta)}`).join();
    if (key !== this.key) this.build(shown);
    this.key = key;
    shown.layers.forEach((/** @type {any} */ layer, /** @type {number} */ i) => this.paint(layer, i));
    if (shown.layers.length && (shown.line !== this.line || !this.sum.firstChild)) fill(this.sum, h("h2", {}, "One place, written out"), shown.line ? h("pre", {}, shown.line) : h("p.about", {}, "Choose a place in a map a, and the sum behind it stands here."));
    this.line = shown.line;
  }

  /** @param {any} shown */
  drawInput(shown) {
    const own = shown.row === null;
    const key = JSON.stringify([this.lab.run, shown.row, shown.example, shown.stays, own && shown.picture.values.join()]);
    if (key !== this.inputKey) this.buildInput(shown, own);
    this.inputKey = key;
    if (!this.lab.speaks) return;
    const names = this.lab.state.classes;
    const answer = [...shown.answer.values];
    const best = answer.indexOf(Math.max(...answer));
    const right = best === shown.true;
    say(this.verdict, own ? `taken for ${names[best]}` : `true ${names[shown.true]}, said ${right ? "so" : names[best]}`);
    this.verdict.classList.toggle("bad", !own && !right);
    answer.forEach((share, i) => {
      this.bars[i].meter.style.setProperty("--share", share.toFixed(3));
      say(this.bars[i].share, percent(share));
    });
  }

  /** @param {any} shown @param {boolean} own */
  buildInput(shown, own) {
    const names = this.lab.state.classes;
    const look = (/** @type {number} */ by) => this.lab.tell("look", { options: { example: shown.example + by + (shown.example + by < 0 ? shown.examples : 0), place: null, drawn: null } });
    const busy = /** @type {HTMLElement|null} */ (document.activeElement)?.dataset?.way;
    this.bars = [...shown.answer.values].map(() => ({ meter: h("span.meter"), share: h("span.number") }));
    fill(
      this.input,
      h("h2", {}, own ? "Your own" : `Row ${number(shown.row)}`),
      shown.curve ? signedMap(shown.curve, { label: `row ${shown.row}`, canvas: h("canvas.map.plane.curve", { role: "img" }) }) : image(shown.picture, 0, own ? "the picture that was drawn" : `row ${shown.row}: ${names[shown.true]}`),
      this.verdict,
      h("ol.bars", {}, this.bars.map(({ meter, share }, i) => h("li", { class: i === shown.true ? "true" : "" }, h("span", {}, names[i] ?? i), meter, share))),
      own
        ? h("button", { type: "button", onclick: () => look(0) }, "Back to the rows")
        : h("div.row", {}, h("button", { type: "button", "data-way": "back", onclick: () => look(-1) }, "\u2190 before"), h("button", { type: "button", "data-way": "on", onclick: () => look(1) }, "next \u2192")),
      h("p.about", {}, own ? "moved so that its centre of mass is in the middle" : `example ${shown.example + 1} of ${shown.examples} ${shown.stays ? "that stay while it plays" : "in the next batch"}`),
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
    this.canvases = shown.layers.map((/** @type {any} */ layer) => Object.fromEntries(ROWS.map(([name]) => [name, Array.from({ length: count(layer[name]) }, () => h(shown.curve ? "canvas.map.plane.curve" : "canvas.map.plane", { role: "img", "aria-label": "a map" }))])));
    const again = (/** @type {string} */ v) => { this.scope = v; this.key = ""; this.lab.redraw(); };
    fill(
      this.layers,
      shown.layers.map((/** @type {any} */ layer, /** @type {number} */ i) => {
        const [height, width, inputs] = layer.size;
        const said = inputs > 1 ? " (of several inputs, the weight furthest from zero)" : "";
        const more = layer.filters > count(layer.a) ? `, the first ${count(layer.a)} shown` : "";
        this.canvases?.[i].a.forEach((canvas, unit) => canvas.addEventListener("click", (event) => this.choose(event, i, unit)));
        return h(
          "section.card",
          { "aria-label": layer.name },
          h("div.row.between", {}, h("div", {}, h("h2", {}, layer.name), h("p.about", {}, `${counted(layer.filters, "filter")} of ${height} \u00d7 ${width} \u00d7 ${inputs}${said}${more} \u00b7 `, h("code", {}, layer.formula))), i ? null : h("label", {}, "scale ", buttons("scale", [["tile", "tile"], ["layer", "layer"]], this.scope, again))),
          ROWS.filter(([name]) => count(layer[name])).map(([name, words]) => h("div.plane-row", {}, h("span.about", {}, words), h("div.planes", { class: `planes ${name}` }, this.canvases?.[i][name]))),
        );
      }),
    );
  }

  /** @param {any} layer @param {number} i */
  paint(layer, i) {
    for (const [name, words] of ROWS) {
      const largest = Math.max(...layer[name].largest.values);
      /** @type {any} */ (this.canvases)[i][name].forEach((/** @type {HTMLCanvasElement} */ canvas, /** @type {number} */ unit) => {
        const tile = oneOf(layer[name], unit);
        const label = this.lab.speaks ? `${layer.name} ${words} ${unit + 1}` : null;
        signedMap(tile, { scale: this.scope === "tile" ? tile.largest : largest, label, canvas });
        if (name === "a") canvas.classList.toggle("dead", tile.largest === 0);
      });
    }
  }

  /** @param {MouseEvent} event @param {number} i @param {number} unit */
  choose(event, i, unit) {
    const layer = this.lab.shown.maps.layers[i];
    const [rows, columns] = layer.a.of;
    const canvas = /** @type {HTMLElement} */ (event.currentTarget);
    const row = Math.min(rows - 1, Math.floor((rows * event.offsetY) / canvas.clientHeight));
    const column = Math.min(columns - 1, Math.floor((columns * event.offsetX) / canvas.clientWidth));
    this.lab.tell("look", { options: { place: { layer: layer.name, unit: [row, column, unit] } } });
  }
}

/** How many pictures there are. @param {import("../picture.js").Tiles} tiles */
function count(tiles) {
  return tiles.largest.values.length;
}
