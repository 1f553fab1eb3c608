// @ts-check
// Score: how good it is on rows it has not learnt from, and where it errs.

import { buttons, fill, h, sharp, token } from "../dom.js";
import { image } from "../picture.js";
import { counted, number, percent } from "../words.js";
import { ticks } from "../chart.js";

/** @typedef {import("../main.js").Lab} Lab */

/** @type {Record<string, string>} */
const PARTS = { train: "Training", validation: "Validation", test: "Test" };
const SHARES = ["accuracy", "balanced accuracy", "macro F1"];

export class ScoreView {
  /** @param {Lab} lab */
  constructor(lab) {
    this.lab = lab;
    this.needs = ["score"];
    this.head = h("section.card");
    this.body = h("div.columns.halves");
    this.node = h("div.stack", {}, this.head, this.body);
  }

  /** @param {Set<string>} kinds what came anew */
  draw(kinds) {
    const shown = this.lab.shown.score;
    if (!shown || !(kinds.has("score") || kinds.has("size"))) return;
    const busy = this.node.contains(document.activeElement) && document.activeElement?.closest("table");
    const cell = busy ? /** @type {HTMLElement} */ (document.activeElement).dataset.cell : null;
    this.drawHead(shown);
    if (shown.sealed) this.drawSealed(shown);
    else if (shown.judgement.task === "regression") this.drawNumbers(shown);
    else this.drawClasses(shown);
    if (cell) /** @type {HTMLElement|null} */ (this.node.querySelector(`[data-cell="${cell}"]`))?.focus();
  }

  /** @param {any} shown */
  drawHead(shown) {
    const part = (/** @type {string} */ value) => this.lab.tell("look", { options: { part: value, cell: null } });
    /** @type {[string, string][]} */
    const parts = [["train", "training"], ["validation", "validation"], ["test", this.lab.state.openings ? "test" : "test \u00b7 sealed"]];
    const tabs = buttons("rows", parts.slice(0, this.lab.state.parts.test ? 3 : 2), shown.part, part);
    const score = shown.judgement?.scores[0];
    const title = score ? [h("strong", {}, `${score.name} ${show(score.name, score.value)}`), score.low !== null ? ` [${show(score.name, score.low)}, ${show(score.name, score.high)}]` : "", score.baseline !== null ? `, ${shown.judgement.baseline}: ${show(score.name, score.baseline)}` : ""] : [];
    fill(this.head, h("div.row.between", {}, h("h2", {}, `${PARTS[shown.part]}: ${counted(shown.rows, "row")}`), tabs), h("p", {}, title), shown.part === "train" ? h("p.about", {}, "Rows it has learnt from: how well it knows them says little about others.") : null);
  }

  /** @param {any} shown */
  drawSealed(shown) {
    const open = () => {
      const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("dialog"));
      fill(
        dialog,
        h("h2", {}, "Open the test set?"),
        h("p", {}, `These ${counted(shown.rows, "row")} judge the network once, at the end. Whoever goes on changing things after looking at them tunes to them, and the score says less. Each opening is counted.`),
        h("div.row", {}, h("button.primary", { type: "button", onclick: () => { dialog.close(); this.lab.tell("open_test"); } }, "Open"), h("button", { type: "button", onclick: () => dialog.close() }, "Leave it sealed")),
      );
      dialog.showModal();
    };
    fill(this.body, h("section.card.sealed", {}, h("p.lock", { "aria-hidden": "true" }, "\u{1f512}\ufe0e"), h("p", {}, `${counted(shown.rows, "row")} that neither trained nor chose anything.`), h("p.about", {}, "Opened 0 times."), h("button.primary", { type: "button", onclick: open }, "Open the test set \u2026")));
  }

  /** @param {any} shown */
  drawClasses(shown) {
    const { judgement, examples } = shown;
    const names = judgement.class_names;
    fill(
      this.body,
      h("section.card.grow", {}, h("h2", {}, "Confusion"), h("p.about", {}, "Rows: what they are. Columns: what they are taken for. Choose a cell to see its examples."), this.matrix(judgement, examples?.cell)),
      h("section.card.grow", {}, h("h2", {}, "By class"), perClass(judgement), scores(judgement)),
      examples ? h("section.card.wide", {}, this.examples(examples, names)) : null,
    );
  }

  /** @param {any} judgement @param {number[]|undefined} cell */
  matrix(judgement, cell) {
    const { confusion, class_names: names } = judgement;
    const most = Math.max(1, ...confusion.map((/** @type {number[]} */ row) => row.reduce((a, b) => a + b, 0)));
    const choose = (/** @type {number} */ i, /** @type {number} */ j) => this.lab.tell("look", { options: { cell: [i, j] } });
    return h(
      "div.drawing",
      {},
      h(
        "table.confusion",
        { class: names.length > 6 ? "confusion many" : "confusion" },
        h("caption.spoken", {}, "Rows by their class, and by the class they are taken for"),
        h("thead", {}, h("tr", {}, h("th", { scope: "col" }, ""), names.map((/** @type {string} */ name) => h("th", { scope: "col" }, name)))),
        h(
          "tbody",
          {},
          confusion.map((/** @type {number[]} */ row, /** @type {number} */ i) => {
            const total = row.reduce((a, b) => a + b, 0);
            return h("tr", {}, h("th", { scope: "row" }, names[i]), row.map((count, j) => {
              const share = total ? count / total : 0;
              const chosen = cell && cell[0] === i && cell[1] === j;
              return h("td", {}, h("button", { type: "button", "data-cell": `${i}-${j}`, class: i === j ? "right" : "wrong", "aria-pressed": String(Boolean(chosen)), style: { "--share": share.toFixed(3), "--size": (count / most).toFixed(3) }, "aria-label": `${count} of ${names[i]} taken for ${names[j]}`, onclick: () => choose(i, j) }, count || "\u00b7", count && names.length <= 6 ? h("small", {}, percent(share)) : null));
            }));
          }),
        ),
      ),
    );
  }

  /** @param {any} examples @param {string[]} names */
  examples(examples, names) {
    const [i, j] = examples.cell;
    const head = h("h2", {}, `${counted(examples.count, "row")} of ${names[i]} taken for ${names[j]}`);
    if (!examples.count) return h("div", {}, head, h("p.about", {}, "None."));
    if (examples.pictures) return h("div", {}, head, h("div.thumbs", {}, examples.where.map((/** @type {string} */ where, /** @type {number} */ at) => h("figure.thumb", {}, image(examples.pictures, at, where), h("figcaption", {}, percent(examples.sure[at]))))));
    return h("div", {}, head, h("div.scroll", {}, h("table.data", {}, h("thead", {}, h("tr", {}, h("th", {}, "row"), h("th", {}, "how sure"), examples.columns.map((/** @type {string} */ name) => h("th", {}, name)))), h("tbody", {}, examples.cells.map((/** @type {any[]} */ cells, /** @type {number} */ at) => h("tr", {}, h("th", { scope: "row" }, examples.where[at]), h("td.number", {}, percent(examples.sure[at])), cells.map((cell) => h("td.number", {}, cell === null ? "\u2013" : typeof cell === "number" ? number(cell, 4) : String(cell)))))))));
  }

  /** @param {any} shown */
  drawNumbers(shown) {
    const canvas = h("canvas", { role: "img", "aria-label": `${counted(shown.pairs.shape[0], "row")}: what was said beside what is true` });
    fill(this.body, h("section.card.grow", {}, h("h2", {}, "Said beside true"), h("figure", {}, canvas), h("p.about", {}, "On the line it would be right. Across: what is true. Up: what it says.")), h("section.card.grow", {}, h("h2", {}, "Figures"), scores(shown.judgement)));
    requestAnimationFrame(() => pairs(canvas, shown.pairs));
  }
}

/** @param {any} judgement */
function perClass(judgement) {
  const bar = (/** @type {number} */ value) => h("td.number", {}, h("span.meter", { style: { "--share": value.toFixed(3) } }), value.toFixed(2));
  return h("table.small", {}, h("thead", {}, h("tr", {}, ["class", "precision", "recall", "F1", "rows"].map((name) => h("th", { scope: "col" }, name)))), h("tbody", {}, judgement.classes.map((/** @type {any} */ one) => h("tr", {}, h("th", { scope: "row" }, one.name), bar(one.precision), bar(one.recall), bar(one.f1), h("td.number", {}, number(one.support))))));
}

/** @param {any} judgement */
function scores(judgement) {
  const interval = (/** @type {any} */ s) => (s.low === null ? "" : `${show(s.name, s.low)} to ${show(s.name, s.high)}`);
  return h("table.small", {}, h("thead", {}, h("tr", {}, ["figure", "value", "95 % interval", "no network"].map((name) => h("th", { scope: "col" }, name)))), h("tbody", {}, judgement.scores.map((/** @type {any} */ s) => h("tr", {}, h("th", { scope: "row" }, s.name), h("td.number", {}, show(s.name, s.value)), h("td.number", {}, interval(s)), h("td.number", {}, s.baseline === null ? "" : show(s.name, s.baseline))))));
}

/** @param {string} name @param {number} value */
function show(name, value) {
  return SHARES.includes(name) ? percent(value) : number(value);
}

/** @param {HTMLCanvasElement} canvas @param {any} shown */
function pairs(canvas, shown) {
  const width = Math.min(560, Math.max(280, canvas.parentElement?.clientWidth ?? 400));
  const c = sharp(canvas, width, width * 0.8);
  const all = [...shown.values].filter(Number.isFinite);
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const more = (high - low || 1) * 0.06;
  const box = { left: 50, top: 8, width: width - 60, height: width * 0.8 - 38 };
  const x = (/** @type {number} */ v) => box.left + (box.width * (v - low + more)) / (high - low + 2 * more);
  const y = (/** @type {number} */ v) => box.top + box.height * (1 - (v - low + more) / (high - low + 2 * more));
  c.font = `12px ${token("sans")}`;
  c.fillStyle = token("muted");
  c.textAlign = "center";
  for (const t of ticks(low, high)) c.fillText(number(t), x(t), box.top + box.height + 18);
  c.textAlign = "right";
  for (const t of ticks(low, high)) c.fillText(number(t), box.left - 6, y(t) + 4);
  c.strokeStyle = token("rule");
  c.strokeRect(box.left, box.top, box.width, box.height);
  c.beginPath();
  c.moveTo(x(low), y(low));
  c.lineTo(x(high), y(high));
  c.stroke();
  c.fillStyle = token("blue");
  c.globalAlpha = 0.75;
  for (let i = 0; i < shown.shape[0]; i++) {
    c.beginPath();
    c.arc(x(shown.values[2 * i]), y(shown.values[2 * i + 1]), 3.4, 0, 7);
    c.fill();
  }
  c.globalAlpha = 1;
}
