// @ts-check
// The drawer: what the doctor found, with its evidence, and what can be done about it.

import { fill, h } from "./dom.js";
import { counted } from "./words.js";

/** @typedef {import("./main.js").Lab} Lab */

const ICONS = { error: "\u2716", warning: "\u25b2", advice: "\u25cf" };

export class Doctor {
  /** @param {Lab} lab @param {HTMLElement} node */
  constructor(lab, node) {
    this.lab = lab;
    this.node = node;
    this.dismissed = new Set();
    this.told = "";
    this.open = true;
  }

  toggle() {
    this.open = !this.open;
    document.body.classList.toggle("narrow", !this.open);
    this.lab.redraw();
    this.draw(true);
  }

  draw(anew = false) {
    const { state, run } = this.lab;
    if (!state) return;
    const key = JSON.stringify([run, state.findings]);
    if (key === this.told && !anew) return;
    this.told = key;
    const found = state.findings.filter((/** @type {any} */ one) => !this.dismissed.has(`${run} ${one.check}`));
    const head = h("button.drawer-head", { type: "button", "aria-expanded": String(this.open), "aria-controls": "findings", onclick: () => this.toggle() }, h("span", {}, "Doctor"), found.length ? h("span.count", {}, found.length) : null);
    fill(this.node, head, this.open ? h("div#findings", { id: "findings" }, found.length ? found.map((/** @type {any} */ one) => this.finding(one)) : this.nothing()) : null);
  }

  nothing() {
    const begun = this.lab.course.size > 0;
    return h("p.about", {}, begun ? "Nothing found so far. The doctor looks again whenever training rests." : "The doctor looks on while the network trains, and says here what it finds whenever training rests.");
  }

  /** @param {any} found */
  finding(found) {
    const { lab } = this;
    const place = found.layer ? ` in ${found.layer}` : "";
    const name = `finding-${found.check}`;
    return h(
      "article.finding",
      { class: `finding ${found.severity}`, "aria-labelledby": name },
      h("h3", { id: name }, h("span.icon", { "aria-hidden": "true" }, ICONS[/** @type {keyof typeof ICONS} */ (found.severity)]), h("span.spoken", {}, `${found.severity}: `), `${found.meaning}${place}`),
      h("p", {}, found.evidence, "."),
      found.explains.length ? h("p.about", {}, `It explains: ${found.explains.join(", ")}.`) : null,
      h("details", {}, h("summary", {}, "Why, and what to do"), h("p", {}, `Try: ${found.remedy}.`), found.code ? h("pre", {}, found.code) : null, h("p.about", {}, measured(found))),
      h(
        "div.row",
        {},
        found.applies ? h("button.primary.edits", { type: "button", title: "changes the network and starts training afresh", onclick: () => lab.tell("apply", { check: found.check }) }, "Apply, start afresh") : null,
        found.layer || found.step !== null ? h("button", { type: "button", onclick: () => this.show(found) }, "Show me") : null,
        h("button.quiet", { type: "button", onclick: () => { this.dismissed.add(`${lab.run} ${found.check}`); this.draw(true); } }, "Dismiss"),
      ),
    );
  }

  /** @param {any} found */
  show(found) {
    location.hash = found.layer ? "layers" : "train";
  }
}

/** @param {any} found */
function measured(found) {
  const parts = [];
  if (found.value !== null) parts.push(`measured ${Number(found.value).toPrecision(3)}`);
  if (found.threshold !== null) parts.push(`the line is ${found.threshold}`);
  if (found.step !== null) parts.push(`after ${counted(found.step, "update")}`);
  return parts.length ? `${parts.join("; ")}.` : "";
}
