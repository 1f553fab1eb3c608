// @ts-check
// Train: the epoch as a row of batches, the phases of a step with their numbers, the losses.

import { Chart } from "../chart.js";
import { classColour } from "../colour.js";
import { buttons, fill, h, token } from "../dom.js";
import { image } from "../picture.js";
import { counted, number } from "../words.js";

/** @typedef {import("../main.js").Lab} Lab */

const MOST_BOXES = 40;

export class TrainView {
  /** @param {Lab} lab */
  constructor(lab) {
    this.lab = lab;
    this.needs = ["train"];
    this.logarithmic = false;
    this.chart = new Chart("loss", 270);
    this.epoch = h("section.card", { "aria-label": "The epoch" });
    this.phases = h("section.card.grow", { "aria-label": "The next step" });
    this.happened = h("section.card", { "aria-label": "What just happened" });
    this.scales = h("span");
    this.node = h(
      "div.stack",
      {},
      this.epoch,
      h("div.columns.two", {}, this.phases, h("div.stack", {}, h("section.card", { "aria-label": "Losses" }, h("div.row.between", {}, h("h2", {}, "Loss"), this.scales), this.chart.node), this.happened)),
    );
    this.drawScales();
    /** @type {number|null} */ this.shuffled = null;
  }

  drawScales() {
    fill(this.scales, buttons("scale of the loss", [[false, "linear"], [true, "log"]], this.logarithmic, (value) => { this.logarithmic = value; this.drawScales(); this.drawChart(); }));
  }

  /** @param {Set<string>} kinds what came anew */
  draw(kinds) {
    const shown = this.lab.shown.train;
    if (!this.lab.speaks) return;
    this.drawChart();
    if (!shown) return;
    this.drawEpoch(shown);
    if (shown.phases) this.drawPhases(shown);
    else this.running(shown);
  }

  drawChart() {
    const { course, now } = this.lab;
    const losses = course.losses;
    const ink = token("ink");
    const all = [
      { name: "", ...losses, colour: token("blue"), width: 1, faint: true },
      { name: "training", ...course.of("loss"), colour: token("blue"), width: 2.4 },
      { name: "validation", ...course.of("val_loss"), colour: token("orange"), width: 2.2, dash: [6, 4] },
    ];
    const last = course.epochs.at(-1);
    const ended = last ? `training ${number(last.values.loss)}, validation ${number(last.values.val_loss)}` : "no epoch is complete";
    const words = course.size ? `Loss over ${counted(course.size, "update")}: ${ended}` : "";
    this.chart.draw(all, { logarithmic: this.logarithmic, words });
    fill(this.chart.caption, h("span", {}, "thin: each batch \u00b7 thick: each epoch \u00b7 dashed: validation rows"), now ? h("span", {}, ` \u00b7 learning rate ${number(now.rate)}`) : "", ink ? "" : "");
  }

  /** @param {any} shown */
  drawEpoch(shown) {
    const { state } = this.lab;
    const fresh = this.shuffled !== null && this.shuffled !== shown.epoch;
    this.shuffled = shown.epoch;
    const boxes = boxesOf(shown);
    fill(
      this.epoch,
      h("div.row.between", {}, h("h2", {}, `Epoch ${number(shown.epoch + 1)} of ${number(state.epochs)}`), h("p.about", { class: fresh ? "about flash" : "about" }, `order shuffled: seed ${shown.seed}, epoch ${shown.epoch + 1} \u00b7 rows ${[...shown.order.values].slice(0, 8).join(", ")}, \u2026`)),
      h("ol.batches", { "aria-label": `batch ${shown.number + 1} of ${shown.batches}` }, boxes),
      h("p.about", {}, `${counted(state.parts.train, "training row")} in batches of ${shown.size}: ${counted(shown.batches, "update")} an epoch${shown.short ? `, the last one short: ${counted(shown.short, "row")}` : ""}`),
    );
  }

  /** While it runs too fast to be followed. @param {any} shown */
  running(shown) {
    const { state } = this.lab;
    if (this.phases.dataset.running === "yes") return;
    this.phases.dataset.running = "yes";
    fill(this.phases, h("h2", {}, "A step"), h("p", {}, "It runs faster than one can follow. Pause, take a step, or choose a lower speed, and each phase stands here with its numbers."), this.rows(shown, state));
    fill(this.happened, h("h2", {}, "What just happened"), h("p.about", {}, "Pause or step to see what one update did."));
  }

  /** @param {any} shown */
  drawPhases(shown) {
    const { state, now } = this.lab;
    this.phases.dataset.running = "";
    const { phases } = shown;
    const at = now?.phase ?? 0;
    const first = shown.number * shown.size + 1;
    const learning = phases.layers.filter((/** @type {any} */ layer) => layer.learns);
    const lines = [
      ["load", `${counted(shown.count, "example")}, places ${first} to ${first + shown.count - 1} of the order`, this.rows(shown, state)],
      ["forward", "each layer turns what it reads into z, and z into a", formulas(phases.layers, "a", "a")],
      ["loss", `${phases.cost}, mean of ${shown.count} = `, h("strong", {}, number(phases.loss, 5))],
      ["backward", "\u03b4 = \u2202cost/\u2202z, from the last layer to the first", formulas([...learning].reverse(), "delta", "\u03b4")],
      ["update", `${phases.optimizer}, learning rate ${number(phases.rate)}: the weights move by `, h("strong", {}, `${number(phases.update)} of their size`)],
    ];
    fill(
      this.phases,
      h("h2", {}, `The next step: batch ${shown.number + 1} of ${shown.batches}`),
      h("ol.phases", {}, lines.map(([name, words, more], i) => h("li", { class: i === at ? "here" : i < at ? "done" : "ahead", "aria-current": i === at ? "step" : false }, h("b", {}, name), h("div", {}, h("span", {}, words), more)))),
    );
    this.drawHappened(shown.happened);
  }

  /** @param {any} shown @param {any} state */
  rows(shown, state) {
    const y = [...shown.y.values];
    if (shown.pictures) return h("div.thumbs.small", {}, y.slice(0, shown.pictures.shape[0]).map((label, i) => image(shown.pictures, i, `row ${shown.rows.values[i]}: ${state.classes[label] ?? label}`)));
    const classes = state.classes.length > 0;
    return h("div.rows", {}, y.map((label, i) => h("span.chip", { title: classes ? state.classes[label] : `${label}`, style: { "--mark": classes ? classColour(label) : token("blue") } }, shown.rows.values[i])));
  }

  /** @param {any} happened */
  drawHappened(happened) {
    if (!happened) return fill(this.happened, h("h2", {}, "What just happened"), h("p.about", {}, "Nothing yet, or more than one update at once. Take one batch, and this says what its update did."));
    const better = happened.after < happened.before;
    fill(
      this.happened,
      h("h2", {}, "What just happened"),
      h("p", {}, `Update ${number(happened.step)}: batch ${happened.number} of epoch ${happened.epoch}.`),
      h(
        "dl.facts",
        {},
        [["loss before", number(happened.before, 5)], ["loss after, same batch", number(happened.after, 5)], ["change", `${better ? "\u2193" : "\u2191"} ${number(Math.abs(happened.after - happened.before))}`], ["step |\u0394w| / |w|", number(happened.update)]].map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))),
      ),
      better ? null : h("p.about", {}, "It went up: the step was too long for this batch, or noise such as dropout differs from step to step."),
    );
  }
}

/** @param {any[]} layers @param {string} signal @param {string} letter */
function formulas(layers, signal, letter) {
  return h("ul.formulas", {}, layers.map((layer) => h("li", {}, h("span.layer", {}, layer.name), signal === "a" ? h("code", {}, layer.formula) : h("span.track", {}), h("span.value", {}, `rms ${letter} ${number(layer[signal])}`))));
}

/** The batches of an epoch as boxes; of very many, those around the present one. @param {any} shown */
function boxesOf(shown) {
  const { batches, number: at, short } = shown;
  const start = batches <= MOST_BOXES ? 0 : Math.max(0, Math.min(at - MOST_BOXES / 2, batches - MOST_BOXES));
  const end = Math.min(batches, start + MOST_BOXES);
  const out = [];
  if (start) out.push(h("li.more", {}, `${start} done \u2026`));
  for (let i = start; i < end; i++) {
    const where = i < at ? "done" : i === at ? "here" : "ahead";
    const small = short && i === batches - 1;
    out.push(h("li", { class: `${where}${small ? " short" : ""}`, title: `batch ${i + 1}: ${where === "here" ? "next" : where}` }, i + 1));
  }
  if (end < batches) out.push(h("li.more", {}, `\u2026 ${batches - end} more`));
  return out;
}
