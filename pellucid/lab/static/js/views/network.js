// @ts-check
// Network: its units and links, and its layers as a list that can be changed.

import { signedCss } from "../colour.js";
import { choice, fill, h } from "../dom.js";
import { counted, number, percent, shapeWords } from "../words.js";

/** @typedef {import("../main.js").Lab} Lab */

const COLUMN = 124;
const UNIT = 20;
const ROOM = 16; // on either side, for names of inputs and classes

export class NetworkView {
  /** @param {Lab} lab */
  constructor(lab) {
    this.lab = lab;
    this.needs = ["network"];
    this.graph = h("section.card", { "aria-label": "Drawing of the network" });
    this.list = h("section.card.edits", { "aria-label": "Layers" });
    this.plan = h("section.card.edits", { "aria-label": "All at once" });
    this.node = h("div.stack", {}, this.graph, this.plan, this.list);
    this.chosen = -1;
    this.run = this.builtRun = 0;
    this.key = this.built = "";
    /** @type {any[]|null} layers as they are being changed; null: as they are */
    this.layers = null;
  }

  /** @param {Set<string>} kinds what came anew */
  draw(kinds) {
    const { state, shown, run } = this.lab;
    if (kinds.has("network") && shown.network) this.drawGraph(shown.network);
    if (!kinds.has("state") && this.list.childElementCount) return;
    if (this.layers && run !== this.run) this.layers = null;
    this.run = run;
    const key = JSON.stringify([run, state.draft, this.chosen]);
    if (key !== this.key) {
      this.drawPlan();
      this.drawList();
    }
    this.key = key;
  }

  /** The settings that make a network and its training at one stroke. */
  drawPlan() {
    const { state } = this.lab;
    const { settings, choices } = state;
    const set = (/** @type {string} */ name, /** @type {any} */ value) => this.lab.tell("settle", { settings: { [name]: value } });
    const text = (/** @type {string} */ words, /** @type {string} */ name, /** @type {any} */ value, /** @type {(v: string) => any} */ read, hint = "") => {
      const input = h("input", { type: "text", size: "9", value, placeholder: name === "network" ? "as in the list" : "", onchange: () => set(name, read(input.value.trim())) });
      return h("label", {}, words, input, hint ? h("small", {}, hint) : null);
    };
    const pictures = state.shape.length === 3;
    fill(
      this.plan,
      h("div.row.between", {}, h("h2", {}, "All at once"), h("p.about", {}, "each change starts training afresh")),
      h(
        "div.fields",
        {},
        text("hidden layers", "network", state.network, (v) => v || "auto", pictures ? "widths; c8 is 8 filters: c8-c16-64" : "widths: 16, or 64-32"),
        h("label", {}, "activation", choice(choices.activation, settings.activation, (v) => set("activation", v))),
        h("label", {}, "optimizer", choice(choices.optimizer, settings.optimizer, (v) => set("optimizer", v))),
        text("learning rate", "learning_rate", settings.learning_rate ?? "", (v) => (v ? Number(v) : null), "empty: the optimizer's own"),
        text("batch size", "batch_size", state.batch_size, (v) => v || "auto", "rows, or full"),
        text("epochs", "epochs", state.epochs, (v) => Number(v) || null),
      ),
    );
  }

  /** @param {any} shown */
  drawGraph(shown) {
    const { state } = this.lab;
    const columns = shown.columns.filter((/** @type {any} */ c) => !state.summary.rows.some((/** @type {any} */ r) => r.name === c.name && /Dropout|Noise|Flatten/.test(r.kind)) && !(c.kind === "Rescaling" && c.shape.length > 1));
    const tallest = Math.max(...columns.map((/** @type {any} */ c) => c.shown.length + (c.units > c.shown.length ? 1 : 0) || 4));
    const height = Math.max(150, tallest * UNIT + 66);
    const width = columns.length * COLUMN;
    /** @type {Record<string, [number, number][]>} */
    const places = {};
    const parts = columns.map((/** @type {any} */ column, /** @type {number} */ at) => unitsOf(column, at, height, places, state));
    const links = shown.links.filter((/** @type {any} */ link) => places[link.from] && places[link.to]).map((/** @type {any} */ link) => linksOf(link, places));
    const plain = columns.slice(1).map((/** @type {any} */ column, /** @type {number} */ at) => {
      if (shown.links.some((/** @type {any} */ l) => l.to === column.name)) return null;
      const [from, to] = [places[columns[at].name], places[column.name]];
      return from && from.length === to?.length ? across(from, to) : arrow(at, height);
    });
    const words = `${counted(state.summary.depth, "layer")} with weights: ${columns.map((/** @type {any} */ c) => `${c.kind} ${shapeWords(c.shape)}`).join(", ")}`;
    const svg = h("svg.network", { viewBox: `${-ROOM} 0 ${width + 2 * ROOM} ${height}`, width: width + 2 * ROOM, height, role: "img", "aria-label": words }, ...links, ...plain, ...parts);
    fill(
      this.graph,
      h("h2", {}, "Network"),
      h("div.drawing", { tabindex: "0" }, svg),
      h("p.about.row", {}, h("span.ramp", { "aria-hidden": "true" }), "weights: orange and dashed below zero, blue above, as strong as they are large; hidden units beyond the first and last six are left out"),
    );
  }

  drawList() {
    const { state } = this.lab;
    const { layers, summary, trouble } = state.draft;
    this.layers = structuredClone(layers);
    const total = summary?.parameters || 1;
    const changed = JSON.stringify(layers.map(bare)) !== this.original(state);
    const rows = layers.map((/** @type {any} */ layer, /** @type {number} */ i) => this.row(layer, summary?.rows[i], total, i, layers.length));
    fill(
      this.list,
      h("div.row.between", {}, h("h2", {}, "Layers"), h("div.row", {}, this.file(), h("button", { type: "button", onclick: () => this.lab.tell("script", { run: this.lab.run }) }, "Python"), h("button.primary", { type: "button", disabled: !changed || Boolean(trouble), onclick: () => this.lab.tell("build", { layers: this.layers }) }, changed ? "Build it, start afresh" : "Built"))),
      trouble ? h("p.note.error", { role: "alert" }, trouble) : null,
      state.unscaled ? h("p.note", {}, `No layer of this network scales its inputs, so it gets the rows as they are, from ${number(state.unscaled[0])} to ${number(state.unscaled[1])}. If it was trained on scaled rows, save it with Rescaling or Normalization as its first layer.`) : null,
      h(
        "table.layers",
        {},
        h("thead", {}, h("tr", {}, ["", "layer", "settings", "output", "parameters", "share", ""].map((name) => h("th", { scope: "col" }, name)))),
        h("tbody", {}, rows),
      ),
      h("div.row", {}, h("label", {}, "add ", choice(["a layer \u2026", ...Object.keys(state.kinds)], "", (kind) => this.add(kind), { "aria-label": "add a layer" })), h("span.about", {}, summary ? `${counted(summary.parameters, "parameter")} \u00b7 ${state.optimizer} \u00b7 ${state.loss}` : "")),
    );
  }

  /** A network from a file takes the place of this one, with its weights. */
  file() {
    const input = h("input", { type: "file", accept: ".safetensors,.keras,.h5,.hdf5", "aria-label": "a network from a file", onchange: () => this.lab.send(input.files[0]) });
    return h("label.button.file", { title: "a .keras or .h5 file, or the model.safetensors of a run; it learns from the data on the bench, as they are" }, input, "Open a network \u2026");
  }

  /** The layers as they are built. @param {any} state */
  original(state) {
    if (state.draft.summary && this.builtRun !== this.lab.run) {
      this.builtRun = this.lab.run;
      this.built = JSON.stringify(state.draft.layers.map(bare));
    }
    return this.built;
  }

  /** @param {any} layer @param {any} row @param {number} total @param {number} i @param {number} count */
  row(layer, row, total, i, count) {
    const form = this.lab.state.kinds[layer.class_name] ?? [];
    const last = i === count - 1;
    const move = (/** @type {number} */ by) => this.change((layers) => layers.splice(i + by, 0, ...layers.splice(i, 1)));
    return h(
      "tr",
      {},
      h("td.number", {}, i + 1),
      h("th", { scope: "row" }, layer.class_name),
      h("td", {}, h("div.settings", {}, form.map((/** @type {any} */ one) => this.setting(layer, one, i)))),
      h("td", {}, row ? shapeWords(row.output_shape) : "\u2013"),
      h("td.number", {}, row ? number(row.parameters) : "\u2013"),
      h("td.number", {}, row?.parameters ? percent(row.parameters / total) : ""),
      h(
        "td",
        {},
        h("div.row.tight", {},
        h("button.quiet", { type: "button", "aria-label": `move ${layer.class_name} up`, disabled: i === 0, onclick: () => move(-1) }, "\u2191"),
        h("button.quiet", { type: "button", "aria-label": `move ${layer.class_name} down`, disabled: last, onclick: () => move(1) }, "\u2193"),
        h("button.quiet", { type: "button", "aria-label": `remove ${layer.class_name}`, disabled: last && count === 1, onclick: () => this.change((layers) => layers.splice(i, 1)) }, "\u00d7")),
      ),
    );
  }

  /** @param {any} layer @param {any} one @param {number} i */
  setting(layer, one, i) {
    const value = layer.config[one.name];
    const name = one.name.replaceAll("_", " ");
    const set = (/** @type {any} */ v) => this.change((layers) => (layers[i].config[one.name] = v));
    if (one.kind === "choice") {
      const known = typeof value === "string" || value === null;
      const given = known ? value ?? "linear" : "its own";
      const choices = one.choices.includes(given) ? one.choices : [given, ...one.choices];
      return h("label", {}, name, choice(choices, given, (v) => set(v)));
    }
    if (one.kind === "tick") {
      const tick = h("input", { type: "checkbox", checked: Boolean(value), onchange: () => set(tick.checked) });
      return h("label.tick", {}, tick, name);
    }
    const shown = Array.isArray(value) ? value[0] : value;
    const input = h("input", { type: "number", step: one.kind === "whole" ? "1" : "any", value: shown, onchange: () => set(Number(input.value)) });
    return h("label", {}, name, input);
  }

  /** @param {(layers: any[]) => void} by */
  change(by) {
    const layers = structuredClone(this.layers ?? []);
    by(layers);
    this.lab.tell("draft", { layers });
  }

  /** Add a layer before the last one. @param {string} kind */
  add(kind) {
    const form = this.lab.state.kinds[kind];
    if (!form) return;
    const config = Object.fromEntries(form.filter((/** @type {any} */ one) => one.first !== null).map((/** @type {any} */ one) => [one.name, one.first]));
    this.change((layers) => layers.splice(endOf(layers), 0, { class_name: kind, config }));
  }
}

/** Where the output begins: a last layer that gives numbers their unit belongs to it. @param {any[]} layers */
function endOf(layers) {
  const units = layers.at(-1)?.config.name === "units";
  return Math.max(0, layers.length - (units ? 2 : 1));
}

/** @param {any} layer */
function bare(layer) {
  return [layer.class_name, layer.config];
}

/** @param {any} column @param {number} at @param {number} height @param {Record<string, any>} places @param {any} state */
function unitsOf(column, at, height, places, state) {
  const x = at * COLUMN + COLUMN / 2;
  const middle = (height - 40) / 2 + 6;
  const name = h("text", { x, y: height - 24, class: "name" }, column.kind === "Input" ? "input" : column.name);
  const about = h("text", { x, y: height - 8, class: "about" }, [column.activation, shapeWords(column.shape)].filter(Boolean).join(" \u00b7 "));
  if (!column.shown.length) return h("g", {}, block(column, x, middle), name, about);
  const cut = column.units > column.shown.length;
  const slots = column.shown.length + (cut ? 1 : 0);
  places[column.name] = [];
  const circles = column.shown.map((/** @type {number} */ unit, /** @type {number} */ i) => {
    const slot = cut && i >= column.shown.length / 2 ? i + 1 : i;
    const y = middle + (slot - (slots - 1) / 2) * UNIT;
    places[column.name].push([x, y]);
    if (scales(column)) return h("rect", { x: x - 5, y: y - 5, width: 10, height: 10, rx: 2, class: "block" });
    return h("circle", { cx: x, cy: y, r: 7.5, class: "unit" }, h("title", {}, `${column.name}, unit ${unit + 1}`));
  });
  const labels = column.kind === "Input" || at === state.summary.rows.length ? ends(column, state, places[column.name], at) : [];
  return h("g", {}, circles, cut ? h("text", { x, y: middle + 4, class: "about" }, "\u22ee") : null, labels, name, about);
}

/** @param {any} column @param {any} state @param {[number, number][]} spots @param {number} at */
function ends(column, state, spots, at) {
  const input = at === 0;
  const names = input ? state.features : state.classes.length === column.units ? state.classes : [];
  if (!names.length || column.units > column.shown.length) return [];
  return spots.map(([x, y], i) => h("text", { x: input ? x - 13 : x + 13, y: y + 4, class: input ? "end left" : "end right" }, String(names[i]).slice(0, 9)));
}

/** A layer that is not drawn by its units. @param {any} column @param {number} x @param {number} middle */
function block(column, x, middle) {
  const stack = column.shape.length === 3 ? [8, 4, 0] : [0];
  const size = column.shape.length === 3 ? Math.max(26, Math.min(64, 12 + column.shape[0] * 1.9)) : 34;
  return h("g", {}, stack.map((by) => h("rect", { x: x - size / 2 + by, y: middle - size / 2 - by, width: size, height: size, rx: 4, class: "block" })));
}

/** @param {number} at @param {number} height */
function arrow(at, height) {
  const y = (height - 40) / 2 + 6;
  const x = at * COLUMN + COLUMN / 2;
  return h("path", { d: `M${x + 44} ${y}H${x + COLUMN - 44}m-5 -4 5 4-5 4`, class: "arrow" });
}

/** What goes through unit by unit. @param {[number, number][]} from @param {[number, number][]} to */
function across(from, to) {
  return h("g", {}, from.map(([x, y], i) => h("path", { d: `M${x + 9} ${y}L${to[i][0] - 9} ${to[i][1]}`, class: "arrow" })));
}

/** @param {any} column */
function scales(column) {
  return /^(Normalization|MinMaxScaling|Rescaling)$/.test(column.kind);
}

/** @param {any} link @param {Record<string, [number, number][]>} places */
function linksOf(link, places) {
  const { weights, largest } = link;
  const [rows, columns] = weights.shape;
  const lines = [];
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const [from, to] = [places[link.from][i], places[link.to][j]];
      const share = largest ? weights.values[i * columns + j] / largest : 0;
      if (!from || !to || Math.abs(share) < 0.02) continue;
      lines.push(h("line", { x1: from[0] + 8, y1: from[1], x2: to[0] - 8, y2: to[1], stroke: signedCss(share), "stroke-width": (0.4 + 2.6 * Math.abs(share)).toFixed(2), "stroke-opacity": (0.25 + 0.75 * Math.abs(share)).toFixed(2), "stroke-dasharray": share < 0 ? "5 3" : false }));
    }
  }
  return h("g", {}, lines);
}
