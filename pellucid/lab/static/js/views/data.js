// @ts-check
// Data: choose, look, divide.

import { classColour } from "../colour.js";
import { choice, fill, h, sharp, token } from "../dom.js";
import { image, legend, mark } from "../picture.js";
import { drawPoints } from "../points.js";
import { counted, number, percent } from "../words.js";
import { ticks } from "../chart.js";

/** @typedef {import("../main.js").Lab} Lab */

const GROUPS = [
  ["points", "Points in a plane"],
  ["table", "A table"],
  ["pictures", "Pictures"],
  ["curve", "A curve"],
  ["gate", "Logic gates"],
];

export class DataView_ {
  /** @param {Lab} lab */
  constructor(lab) {
    this.lab = lab;
    this.needs = ["data"];
    this.axes = [0, 1];
    this.drawn = "";
    this.sources = h("section.card.edits", { "aria-label": "Source" });
    this.preview = h("section.card.grow", { "aria-label": "Preview" });
    this.split = h("section.card", { "aria-label": "Split and preparation" });
    this.node = h("div.columns.three", {}, this.sources, this.preview, this.split);
  }

  /** @param {Set<string>} kinds what came anew */
  draw(kinds) {
    const key = JSON.stringify([this.lab.run, this.lab.state?.data]);
    if (!kinds.has("data") && !kinds.has("size") && key === this.drawn) return;
    this.drawn = key;
    this.drawSources();
    const shown = this.lab.shown.data;
    if (!shown) return;
    this.drawPreview(shown);
    this.drawSplit(shown);
  }

  drawSources() {
    const { state } = this.lab;
    const own = !state.sets.some((/** @type {any} */ set) => set.name === state.data);
    const file = h("input", { type: "file", accept: ".csv,.tsv,.txt,.parquet", "aria-label": "a table of your own", onchange: () => this.lab.send(file.files[0]) });
    fill(
      this.sources,
      h("h2", {}, "Source"),
      h("label.button.primary.file", {}, file, "Open a table \u2026"),
      h("p.about", {}, own ? h("strong", {}, state.data) : "CSV or Parquet. It stays on this machine."),
      h("button.across", { type: "button", onclick: () => drawPoints(this.lab) }, "Draw points \u2026"),
      GROUPS.map(([kind, title]) => {
        const sets = state.sets.filter((/** @type {any} */ set) => set.kind === kind && !set.fetched);
        return h("div", {}, h("h3", {}, title), h("div.chips", {}, sets.map((/** @type {any} */ set) => h("button", { type: "button", title: set.about, "aria-pressed": String(set.name === state.data), onclick: () => this.lab.tell("open", { data: set.name, reading: {} }) }, set.name))));
      }),
    );
  }

  /** @param {any} shown */
  drawPreview(shown) {
    const { state } = this.lab;
    const head = [h("h2", {}, "What the rows are"), h("p", {}, `${shown.about}.`), shown.notes.map((/** @type {string} */ note) => h("p.about", {}, note))];
    if (shown.pictures) return fill(this.preview, ...head, this.pictures(shown.pictures, state.classes));
    fill(this.preview, ...head, this.scatter(shown, state), this.table(shown));
  }

  /** @param {any} pictures @param {string[]} classes */
  pictures(pictures, classes) {
    const cells = [...pictures.labels.values].map((label, i) => h("figure.thumb", {}, image(pictures.pixels, i, `a ${classes[label]}`), h("figcaption", {}, classes[label])));
    return h("div.thumbs", {}, cells);
  }

  /** @param {any} shown @param {any} state */
  scatter(shown, state) {
    const { x, y, part } = shown.points;
    const features = x.shape[1];
    const axes = this.axes.map((axis) => Math.min(axis, features - 1));
    const canvas = h("canvas", { role: "img", "aria-label": `${counted(x.shape[0], "row")} as points: ${state.features[axes[0]]} across` });
    const again = () => draw(canvas, x, y, part, axes, state);
    const picker = (/** @type {number} */ at) => choice(state.features, state.features[axes[at]], (name) => { this.axes[at] = axes[at] = state.features.indexOf(name); again(); }, { "aria-label": at ? "up" : "across" });
    requestAnimationFrame(again);
    return h(
      "figure.scatter",
      {},
      canvas,
      h("figcaption.row", {}, features > 2 ? [h("label", {}, "across ", picker(0)), h("label", {}, "up ", picker(1))] : null, state.classes.length ? legend(state.classes) : null, h("span.about", {}, state.held_out ? "faint: validation. Test rows are not shown." : "")),
    );
  }

  /** @param {any} shown */
  table(shown) {
    const { columns, lines } = shown.table;
    const target = columns.length - 1;
    return h(
      "details",
      { open: columns.length > 3 },
      h("summary", {}, `The first ${lines.length} rows`),
      h("div.scroll", { tabindex: "0" }, h("table.data", {}, h("thead", {}, h("tr", {}, columns.map((/** @type {string} */ name, /** @type {number} */ i) => h("th", { scope: "col", class: i === target ? "target" : "" }, name)))), h("tbody", {}, lines.map((/** @type {any[]} */ line) => h("tr", {}, line.map((cell, i) => h("td", { class: i === target ? "target" : typeof cell === "number" ? "number" : "" }, cell === null ? "\u2013" : typeof cell === "number" ? number(cell, 4) : String(cell)))))))),
    );
  }

  /** @param {any} shown */
  drawSplit(shown) {
    const { state } = this.lab;
    const { settings, parts } = state;
    const set = (/** @type {string} */ name, /** @type {any} */ value) => this.lab.tell("settle", { settings: { [name]: value } });
    const total = parts.train + parts.validation + parts.test;
    const bar = h("div.parts", { role: "img", "aria-label": `training ${parts.train}, validation ${parts.validation}, test ${parts.test} rows` }, ["train", "validation", "test"].map((name) => h("span", { class: name, style: { "flex-grow": parts[name] } }, h("b", {}, name === "train" ? "training" : name), h("i", {}, number(parts[name])))));
    const largest = Math.max(...shown.counts.map((/** @type {any} */ c) => c.train + c.validation + c.test));
    const facts = [
      state.classes.length ? ["score to beat", percent(largest / total), "always saying the most frequent class"] : null,
      ["rows", number(shown.rows), ""],
      ["duplicates", number(shown.duplicates), "rows with the same inputs as another"],
      ["missing cells", number(shown.columns.reduce((/** @type {number} */ n, /** @type {any} */ c) => n + c.missing, 0)), ""],
      ["constant columns", number(shown.columns.filter((/** @type {any} */ c) => c.constant).length), ""],
    ].filter(Boolean);
    fill(
      this.split,
      h("h2", {}, "Split and preparation"),
      state.held_out ? bar : h("p", {}, "A truth table is all there is: every row trains, and judges."),
      state.held_out ? h("div.fields", {}, share("validation", settings.validation, set), share("test", settings.test, set), field("seed", settings.seed, (v) => set("seed", v))) : null,
      h("div.fields", {}, h("label", {}, "scaling", choice(state.choices.scaling, settings.scaling, (v) => set("scaling", v)), h("small", {}, "learnt from training rows only; inside the model")), this.target(shown)),
      this.toy(),
      h("table.small", {}, h("caption", {}, "Rows of each class in each part"), h("thead", {}, h("tr", {}, ["", "training", "validation", "test"].map((n) => h("th", { scope: "col" }, n)))), h("tbody", {}, shown.counts.map((/** @type {any} */ c, /** @type {number} */ i) => h("tr", {}, h("th", { scope: "row" }, state.classes.length ? h("span.dot", { style: { background: classColour(i) } }) : null, c.name), ["train", "validation", "test"].map((p) => h("td.number", {}, number(c[p]))))))),
      h("dl.facts", {}, facts.map((one) => { const [name, value, about] = /** @type {string[]} */ (one); return h("div", { title: about }, h("dt", {}, name), h("dd", {}, value)); })),
    );
  }

  /** Which column is to be predicted. @param {any} shown */
  target(shown) {
    const { state } = this.lab;
    const known = state.sets.some((/** @type {any} */ set) => set.name === state.data);
    if (known || !shown.table) return null;
    const names = [...shown.columns.map((/** @type {any} */ c) => c.name), shown.target];
    return h("label", {}, "predict", choice(names, shown.target, (target) => this.lab.tell("open", { data: state.data, reading: { ...state.reading, target } })), h("small", {}, `${state.task} from the other columns`));
  }

  /** How much noise a generated set has. */
  toy() {
    const { state, shown } = this.lab;
    const set = state.sets.find((/** @type {any} */ one) => one.name === state.data);
    if (!set?.noise) return null;
    const reading = { rows: shown.data.rows, ...state.reading };
    const open = (/** @type {string} */ name, /** @type {number} */ value) => this.lab.tell("open", { data: state.data, reading: { ...state.reading, [name]: value } });
    return h("div.fields", {}, field("rows", reading.rows, (v) => open("rows", v)), field("noise", reading.noise ?? "", (v) => open("noise", v), "any"));
  }
}

/** @param {string} name @param {any} value @param {(value: number) => void} change @param {string} step */
function field(name, value, change, step = "1") {
  const input = h("input", { type: "number", min: "0", step, value, placeholder: "its own", onchange: () => input.value !== "" && change(Number(input.value)) });
  return h("label", {}, name, input);
}

/** @param {string} name @param {number} value @param {(name: string, value: number) => void} set */
function share(name, value, set) {
  const input = h("input", { type: "number", min: "1", max: "80", step: "1", value: Math.round(100 * value), onchange: () => set(name, Number(input.value) / 100) });
  return h("label", {}, `${name} %`, input);
}

/** Draw rows as points. @param {HTMLCanvasElement} canvas @param {any} x @param {any} y @param {any} part @param {number[]} axes @param {any} state */
function draw(canvas, x, y, part, axes, state) {
  const width = Math.max(280, canvas.parentElement?.clientWidth ?? 480);
  const height = Math.round(Math.min(width * 0.72, 460));
  const c = sharp(canvas, width, height);
  const features = x.shape[1];
  const flat = axes.length < 2 || features < 2;
  const value = (/** @type {number} */ row, /** @type {number} */ at) => (flat && at ? y.values[row] : x.values[row * features + axes[at]]);
  const ranges = [0, 1].map((at) => {
    let [low, high] = [Infinity, -Infinity];
    for (let row = 0; row < x.shape[0]; row++) [low, high] = [Math.min(low, value(row, at)), Math.max(high, value(row, at))];
    const more = (high - low || 1) * 0.06;
    return [low - more, high + more];
  });
  const box = { left: 46, top: 8, width: width - 58, height: height - 44 };
  const place = (/** @type {number} */ v, /** @type {number} */ at) => (at ? box.top + box.height * (1 - (v - ranges[1][0]) / (ranges[1][1] - ranges[1][0])) : box.left + (box.width * (v - ranges[0][0])) / (ranges[0][1] - ranges[0][0]));
  c.font = `12px ${token("sans")}`;
  c.strokeStyle = token("grid");
  c.fillStyle = token("muted");
  c.textAlign = "center";
  for (const t of ticks(ranges[0][0], ranges[0][1])) { c.beginPath(); c.moveTo(place(t, 0), box.top); c.lineTo(place(t, 0), box.top + box.height); c.stroke(); c.fillText(number(t), place(t, 0), box.top + box.height + 16); }
  c.textAlign = "right";
  c.textBaseline = "middle";
  for (const t of ticks(ranges[1][0], ranges[1][1])) { c.beginPath(); c.moveTo(box.left, place(t, 1)); c.lineTo(box.left + box.width, place(t, 1)); c.stroke(); c.fillText(number(t), box.left - 7, place(t, 1)); }
  c.textAlign = "center";
  c.textBaseline = "alphabetic";
  c.fillText(state.features[axes[0]], box.left + box.width / 2, height - 6);
  const classes = state.classes.length > 0;
  for (let row = 0; row < x.shape[0]; row++) {
    c.globalAlpha = part.values[row] === 1 ? 0.35 : 0.9;
    mark(c, place(value(row, 0), 0), place(value(row, 1), 1), classes ? y.values[row] : 0, { radius: 3.6 });
  }
  c.globalAlpha = 1;
}
