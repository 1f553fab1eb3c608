// @ts-check
// Runs: those of this session beside each other, what they differ in, and each as Python.

import { Chart } from "../chart.js";
import { classColour } from "../colour.js";
import { buttons, choice, fill, h } from "../dom.js";
import { counted, number, percent } from "../words.js";

/** @typedef {import("../main.js").Lab} Lab */

const ALWAYS = ["layers", "optimizer", "batch"]; // other settings are shown where runs differ in them
const DASHES = [[], [7, 4], [2, 3], [9, 3, 2, 3]];

export class RunsView {
  /** @param {Lab} lab */
  constructor(lab) {
    this.lab = lab;
    this.needs = ["runs"];
    this.value = "val_loss";
    this.by = "updates";
    this.logarithmic = false;
    /** @type {Set<number>} runs whose curves are not shown */
    this.hidden = new Set();
    this.table = h("section.card", { "aria-label": "Runs" });
    this.head = h("div.row.between");
    this.chart = new Chart("runs", 280);
    this.node = h("div.stack", {}, this.table, h("section.card", { "aria-label": "Curves" }, this.head, this.chart.node));
  }

  /** @param {Set<string>} kinds what came anew */
  draw(kinds) {
    const shown = this.lab.shown.runs;
    if (!shown || !(kinds.has("runs") || kinds.has("size"))) return;
    const busy = this.node.contains(document.activeElement) && document.activeElement?.matches("select");
    this.drawTable(shown);
    if (!busy) this.drawHead(shown);
    this.drawChart(shown);
  }

  /** @param {any} shown */
  drawTable(shown) {
    const { runs, differs } = shown;
    const settings = shown.settings.filter((/** @type {string} */ name) => ALWAYS.includes(name) || differs.includes(name));
    const best = Math.min(...runs.map((/** @type {any} */ run) => run.best?.values.val_loss ?? Infinity));
    const here = this.lab.run;
    const split = runs.at(-1).split;
    const focus = /** @type {HTMLElement|null} */ (document.activeElement)?.dataset?.run;
    fill(
      this.table,
      h("div.row.between", {}, h("h2", {}, `${counted(runs.length, "run")} of this session`), h("button", { type: "button", "data-run": "report", title: "the present run, with its scores, course, findings and script, as one HTML file", onclick: () => this.lab.tell("report") }, "Report")),
      h("p.about", {}, differs.length ? `They differ in ${differs.join(", ")}.` : "A run ends when the data, the network or a setting is changed, or with Reset; it then stands here beside the next.", " Loss and accuracy are those of validation rows, at the best epoch."),
      h(
        "div.scroll.tall",
        { tabindex: "0" },
        h(
          "table.data",
          {},
          h("thead", {}, h("tr", {}, ["", "run", "data", ...settings, "parameters", "updates", "best epoch", "loss", "accuracy", "found", ""].map((name) => h("th", { scope: "col" }, name)))),
          h("tbody", {}, runs.map((/** @type {any} */ run) => this.row(run, settings, differs, best, here, split))),
        ),
      ),
    );
    this.table.append(h("div.edits", {}, h("h3", {}, "Runs of pellucid train"), shown.kept.length ? h("div.chips", {}, shown.kept.map((/** @type {string} */ name) => h("button", { type: "button", "data-run": `open ${name}`, title: "its data, and its network as it was left", onclick: () => this.lab.tell("run", { name }) }, name))) : h("p.about", {}, "There are none in the folder runs, where the lab was started.")));
    if (focus) /** @type {HTMLElement|null} */ (this.table.querySelector(`[data-run="${focus}"]`))?.focus();
  }

  /** @param {any} run @param {string[]} settings @param {string[]} differs @param {number} best @param {number} here @param {string} split */
  row(run, settings, differs, best, here, split) {
    const { hidden, lab } = this;
    const values = run.best?.values ?? {};
    const show = h("input", { type: "checkbox", "data-run": `show ${run.run}`, "aria-label": `show run ${run.run}`, checked: !hidden.has(run.run), onchange: () => { if (show.checked) hidden.delete(run.run); else hidden.add(run.run); this.lab.redraw(); } });
    const cell = (/** @type {string} */ name) => {
      const value = run.settings[name];
      return h("td", {}, h(differs.includes(name) ? "strong" : "span", {}, typeof value === "number" ? number(value) : value));
    };
    return h(
      "tr",
      { "aria-current": run.run === here ? "true" : false },
      h("td", {}, show),
      h("th", { scope: "row" }, h("span.dot", { style: { background: classColour(run.run - 1) } }), `${run.run}${run.run === here ? " (now)" : ""}`),
      h("td", { title: run.split === split ? "the same rows and split as now" : "other rows or another split than now" }, run.data, run.split === split ? null : h("span.about", {}, " other split")),
      settings.map(cell),
      h("td.number", {}, number(run.parameters)),
      h("td.number", {}, number(run.updates)),
      h("td.number", {}, run.best ? number(run.best.epoch) : "\u2013"),
      h("td.number", {}, h(values.val_loss === best ? "strong" : "span", {}, run.best ? number(values.val_loss) : "\u2013")),
      h("td.number", {}, "val_accuracy" in values ? percent(values.val_accuracy) : ""),
      h("td", { title: run.findings.join(", ") }, run.findings.length ? counted(run.findings.length, "finding") : ""),
      h("td", {}, h("button.edits", { type: "button", "data-run": `python ${run.run}`, disabled: !run.updates, onclick: () => lab.tell("script", { run: run.run }) }, "Python")),
    );
  }

  /** @param {any} shown */
  drawHead(shown) {
    const names = [...new Set(shown.runs.flatMap((/** @type {any} */ run) => Object.keys(run.curves)))].filter((name) => name !== "step");
    const again = () => { this.drawHead(shown); this.drawChart(shown); };
    const words = (/** @type {string} */ name) => (name.startsWith("val_") ? `${name.slice(4)}, validation` : `${name}, training`).replaceAll("_", " ");
    const named = Object.fromEntries(names.map((name) => [words(name), name]));
    fill(
      this.head,
      h("h2", {}, "Curves"),
      h(
        "div.row",
        {},
        names.length ? choice(Object.keys(named), words(this.value), (one) => { this.value = named[one]; again(); }, { "aria-label": "value" }) : null,
        buttons("along", [["updates", "by updates"], ["epochs", "by epochs"]], this.by, (v) => { this.by = v; again(); }),
        buttons("scale", [[false, "linear"], [true, "log"]], this.logarithmic, (v) => { this.logarithmic = v; again(); }),
      ),
    );
  }

  /** @param {any} shown */
  drawChart(shown) {
    const seen = shown.runs.filter((/** @type {any} */ run) => !this.hidden.has(run.run) && run.curves[this.value]?.values.length);
    const lines = seen.map((/** @type {any} */ run) => {
      const y = run.curves[this.value].values;
      const x = this.by === "updates" ? run.curves.step.values : y.map((/** @type {number} */ _, /** @type {number} */ i) => i + 1);
      return { name: `run ${run.run}`, x, y, colour: classColour(run.run - 1), width: 2.2, dash: DASHES[(run.run - 1) % DASHES.length] };
    });
    const words = lines.map((/** @type {any} */ line) => `${line.name} ends at ${number(line.y.at(-1))}`).join(", ");
    this.chart.draw(lines, { logarithmic: this.logarithmic, xLabel: this.by, words: words ? `${this.value} by ${this.by}: ${words}` : "" });
  }
}
