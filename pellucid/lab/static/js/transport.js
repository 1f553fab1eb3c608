// @ts-check
// The bar on top: play, step, how fast, how large a step is, and how far it all is.

import { choice, fill, h, say } from "./dom.js";
import { counted, number, percent } from "./words.js";

/** @typedef {import("./main.js").Lab} Lab */

const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));

export class Transport {
  /** @param {Lab} lab @param {HTMLElement} bar @param {HTMLElement} counters */
  constructor(lab, bar, counters) {
    this.lab = lab;
    this.counters = counters;
    /** @type {HTMLElement[]} what the counters say */
    this.values = [];
    this.names = "";
    this.history = byId("history");
    this.back = h("input", { type: "range", min: "0", step: "1", "aria-label": "look back at an epoch", oninput: () => this.recall() });
    this.where = h("output");
    this.today = h("button.quiet", { type: "button", onclick: () => lab.tell("recall", { epoch: null }) }, "Back to now");
    fill(this.history, h("label", {}, "look back", this.back), this.where, this.today);
    this.play = h("button.primary", { type: "button", onclick: () => this.toggle() });
    const step = (/** @type {string} */ unit, /** @type {string} */ key, /** @type {string} */ words) =>
      h("button", { type: "button", "aria-keyshortcuts": key, title: `${words} (key ${key})`, onclick: () => lab.tell("step", { unit }) }, unit[0].toUpperCase() + unit.slice(1), h("span.key", { "aria-hidden": "true" }, key));
    this.speed = h("span");
    this.rate = h("input", { type: "number", step: "any", min: "0", "aria-label": "learning rate", onchange: () => lab.tell("rate", { learning_rate: Number(this.rate.value) }) });
    fill(
      bar,
      h("div.row", {}, this.play, step("phase", ".", "the next phase of a step"), step("batch", ">", "one batch: one update"), step("epoch", "e", "one epoch"), h("button.quiet.edits", { type: "button", onclick: () => lab.tell("reset"), title: "fresh weights, the same seed" }, "Reset")),
      h("label", {}, "speed", this.speed),
      h("label", {}, "learning rate", this.rate),
    );
  }

  toggle() {
    this.lab.tell(this.lab.now?.moving ? "pause" : "play");
  }

  /** Make it faster or slower. @param {number} by */
  faster(by) {
    const { speeds } = this.lab.state;
    const at = speeds.indexOf(this.lab.now.speed) + by;
    if (at >= 0 && at < speeds.length) this.lab.tell("speed", { updates: speeds[at] });
  }

  /** Look at the end of an earlier epoch. */
  recall() {
    const { kept } = this.lab.now;
    const at = Number(this.back.value);
    this.lab.tell("recall", { epoch: at === kept.length - 1 ? null : kept[at] });
  }

  /** One epoch further back. */
  recallBefore() {
    this.back.value = String(Number(this.back.value) - 1);
    if (!this.history.hidden) this.recall();
  }

  /** The bar of epochs that one can look back at. */
  drawHistory() {
    const { now } = this.lab;
    this.history.hidden = now.kept.length < 2 || now.moving;
    document.body.classList.toggle("past", now.then !== null);
    if (this.history.hidden) return;
    this.back.max = String(now.kept.length - 1);
    const at = now.then === null ? now.kept.length - 1 : now.kept.indexOf(now.then);
    if (document.activeElement !== this.back || now.then === null) this.back.value = String(at);
    const words = now.then === null ? "at the present" : `at the end of epoch ${now.then}`;
    this.back.setAttribute("aria-valuetext", words);
    this.where.textContent = words;
    this.today.hidden = now.then === null;
  }

  draw() {
    const { state, now, course } = this.lab;
    if (!state || !now) return;
    this.drawHistory();
    const words = now.preparing ? "Preparing \u2026" : now.moving ? "Pause" : "Play";
    if (this.play.firstChild?.textContent !== words) fill(this.play, words, h("span.key", { "aria-hidden": "true" }, "space"));
    if (String(this.speed.dataset.speed) !== String(now.speed)) {
      this.speed.dataset.speed = String(now.speed);
      const named = state.speeds.map((/** @type {any} */ s) => (s === null ? "as fast as it can" : `${counted(s, "update")} a second`));
      fill(this.speed, choice(named, named[state.speeds.indexOf(now.speed)], (chosen) => this.lab.tell("speed", { updates: state.speeds[named.indexOf(chosen)] }), { "aria-label": "speed" }));
    }
    const rate = String(Number(now.rate.toPrecision(4)));
    if (document.activeElement !== this.rate && this.rate.value !== rate) this.rate.value = rate;
    if (this.lab.speaks) this.count();
  }

  /** How far it all is, in numbers. */
  count() {
    const { state, now, course } = this.lab;
    const last = course.epochs.at(-1)?.values ?? {};
    const acc = "accuracy" in last ? ["accuracy", `${percent(last.accuracy)} / ${percent(last.val_accuracy)}`, "training / validation rows"] : null;
    const loss = course.size ? number(course.room[course.size - 1]) : "\u2013";
    const told = [
      ["epoch", `${number(now.epoch)} of ${number(state.epochs)}`, "passes over the training rows that are done"],
      ["batch", `${number(now.batch)} of ${number(state.steps)}`, "mini-batches of this epoch that are done"],
      ["update", number(now.step), "steps of the weights, one a batch"],
      ["examples seen", number(now.seen), "rows that took part, again and again"],
      ["loss of the batch", loss, "mean over the last mini-batch"],
      ["loss, training", "loss" in last ? number(last.loss) : "\u2013", "mean over the last epoch, as its batches came"],
      ["loss, validation", "val_loss" in last ? number(last.val_loss) : "\u2013", "rows that never train"],
      acc,
      state.parts.test === 0 ? null : ["test set", state.openings ? `opened ${counted(state.openings, "time")}` : "sealed", "rows kept for the end; the Score view opens them"],
    ].filter((one) => one !== null);
    const names = told.map(([name]) => name).join();
    if (names !== this.names) {
      this.names = names;
      this.values = told.map(() => h("dd"));
      fill(this.counters, told.map(([name, , about], i) => h("div", { title: about }, h("dt", {}, name), this.values[i])));
    }
    told.forEach(([, value], i) => say(this.values[i], value));
  }
}
