// @ts-check
// Points of one's own: each click is a row of two numbers and a class, sent as a table.

import { buttons, fill, h, sharp, token } from "./dom.js";
import { mark } from "./picture.js";
import { counted } from "./words.js";

/** @typedef {import("./main.js").Lab} Lab */

const SIDE = 380; // of the plane, in the page's pixels; both numbers go from -1 to 1
const CLASSES = ["a", "b", "c"];
const BRUSH = 0.09; // how far from the pointer a point may fall while it is drawn along

/** Let somebody draw points, and open them. @param {Lab} lab */
export function drawPoints(lab) {
  const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("dialog"));
  /** @type {[number, number, number][]} */
  const points = [];
  let chosen = 0;
  const canvas = h("canvas.plane-pad", { role: "img", "aria-label": "a plane to click points into" });
  const about = h("span.about");
  const classes = h("span");
  const open = h("button.primary", { type: "button", onclick: () => { dialog.close(); lab.send(new File([table(points)], "drawn.csv")); } }, "Open these points");
  const paint = () => {
    const c = sharp(canvas, SIDE, SIDE);
    [c.strokeStyle, c.lineWidth] = [token("grid"), 1];
    for (const at of [0.25, 0.5, 0.75]) { c.beginPath(); c.moveTo(at * SIDE, 0); c.lineTo(at * SIDE, SIDE); c.moveTo(0, at * SIDE); c.lineTo(SIDE, at * SIDE); c.stroke(); }
    for (const [x, y, code] of points) mark(c, ((x + 1) / 2) * SIDE, ((1 - y) / 2) * SIDE, code);
    about.textContent = counted(points.length, "point");
    open.disabled = new Set(points.map((one) => one[2])).size < 2;
    fill(classes, buttons("class", CLASSES.map((name, code) => [code, `class ${name}`]), chosen, (code) => { chosen = code; paint(); }));
  };
  const add = (/** @type {PointerEvent} */ event, spread = 0) => {
    const away = () => spread * (Math.random() + Math.random() - 1);
    points.push([(2 * event.offsetX) / SIDE - 1 + away(), 1 - (2 * event.offsetY) / SIDE + away(), chosen]);
    paint();
  };
  canvas.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => add(event));
  canvas.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => event.buttons && add(event, BRUSH));
  fill(
    dialog,
    h("h2", {}, "Points of your own"),
    h("p.about", {}, "Click for a point, or draw along for many. Two classes at least."),
    canvas,
    h("div.row", {}, classes, about, h("button.quiet", { type: "button", onclick: () => { points.length = 0; paint(); } }, "Wipe")),
    h("div.row", {}, open, h("button", { type: "button", onclick: () => dialog.close() }, "Close")),
  );
  paint();
  dialog.showModal();
}

/** @param {[number, number, number][]} points */
function table(points) {
  return ["x1,x2,class", ...points.map(([x, y, code]) => `${x.toFixed(3)},${y.toFixed(3)},${CLASSES[code]}`)].join("\n");
}
