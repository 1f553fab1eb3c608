// @ts-check
// Lessons: what there are, what to look at in the present one, and one's own to pass on.

import { fill, h } from "./dom.js";

/** @typedef {import("./main.js").Lab} Lab */

export class Lessons {
  /** @param {Lab} lab @param {HTMLElement} node where the present lesson stands */
  constructor(lab, node) {
    this.lab = lab;
    this.node = node;
    this.title = "";
    this.button = h("button.quiet.edits", { type: "button", onclick: () => this.list() }, "Lessons \u2026");
  }

  /** Show the present lesson, and go where it begins if it is another than before. */
  draw() {
    const { lesson } = this.lab.state;
    const title = lesson?.title ?? "";
    if (title === this.title) return;
    this.title = title;
    fill(this.node, lesson ? h("section.card.lesson", { "aria-label": "Lesson" }, h("h2", {}, title), h("ol", {}, lesson.look.map((/** @type {string} */ one) => h("li", {}, one)))) : null);
    if (lesson) location.hash = lesson.view;
  }

  list() {
    const { lessons } = this.lab.state;
    const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("dialog"));
    const take = (/** @type {any} */ one) => {
      dialog.close();
      this.title = "";
      this.lab.tell("lesson", { name: one.name });
    };
    const file = h("input", { type: "file", accept: ".toml", "aria-label": "a lesson from a file", onchange: () => { dialog.close(); this.lab.send(file.files[0]); } });
    fill(
      dialog,
      h("h2", {}, "Lessons"),
      h("p.about", {}, "Each sets data, network and view, and says what to look at. The numbers are those of the list of what the lectures show."),
      h("ol.lessons", {}, lessons.map((/** @type {any} */ one) => h("li", {}, h("button.quiet", { type: "button", onclick: () => take(one) }, h("span.number", {}, one.rows.join(", ")), one.title, h("small", {}, one.view))))),
      h("div.row", {}, h("label.button.file", {}, file, "From a file \u2026"), h("button", { type: "button", onclick: () => this.share(dialog) }, "Make one of what is on the bench \u2026"), h("button", { type: "button", onclick: () => dialog.close() }, "Close")),
    );
    if (!dialog.open) dialog.showModal();
  }

  /** Ask what one's own lesson is to say. @param {HTMLDialogElement} dialog */
  share(dialog) {
    const title = h("input", { type: "text", size: "40", value: this.title || this.lab.state.data });
    const look = h("textarea", { rows: "5", cols: "60" }, (this.lab.state.lesson?.look ?? []).join("\n"));
    const make = () => this.lab.tell("share", { title: title.value, view: this.lab.current, look: look.value.split("\n").filter((/** @type {string} */ one) => one.trim()) });
    fill(
      dialog,
      h("h2", {}, "A lesson of one's own"),
      h("p.about", {}, `Data, network and settings as they are, and this view, ${this.lab.current}. Weights do not go along: they are learnt again.`),
      h("div.fields.tall", {}, h("label", {}, "title", title), h("label", {}, "what to look at, a sentence a line", look)),
      h("div.row", {}, h("button.primary", { type: "button", onclick: make }, "Make the file"), h("button", { type: "button", onclick: () => dialog.close() }, "Close")),
    );
  }
}
