// @ts-check
// Keys: one letter each, which do nothing while somebody types, and can be switched off.

import { fill, h } from "./dom.js";

/** @typedef {import("./main.js").Lab} Lab */

const LIST = [
  ["Space", "play or pause"],
  [".", "next phase of a step"],
  [">", "next batch"],
  ["e", "next epoch"],
  ["1 \u2026 8", "views"],
  ["d", "doctor"],
  ["x", "explain this view"],
  [",", "look back an epoch"],
  ["[  ]", "slower, faster"],
  ["?", "this list"],
];

/** @param {Lab} lab @param {string[]} views */
export function bindKeys(lab, views) {
  addEventListener("keydown", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    const typing = target.closest("input, select, textarea, dialog[open]");
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (localStorage.getItem("keys") === "off" && event.key !== "?") return;
    if (event.key === " " && target.closest("button, summary")) return;
    /** @type {Record<string, () => void>} */
    const does = {
      " ": () => lab.transport.toggle(),
      ".": () => lab.tell("step", { unit: "phase" }),
      ">": () => lab.tell("step", { unit: "batch" }),
      e: () => lab.tell("step", { unit: "epoch" }),
      d: () => lab.doctor.toggle(),
      x: () => /** @type {HTMLElement|null} */ (document.querySelector(".explain > summary"))?.click(),
      ",": () => lab.transport.recallBefore(),
      "[": () => lab.transport.faster(-1),
      "]": () => lab.transport.faster(1),
      "?": () => help(),
    };
    const view = views[Number(event.key) - 1];
    const act = does[event.key] ?? (view ? () => (location.hash = view) : null);
    if (!act) return;
    event.preventDefault();
    act();
  });
}

function help() {
  const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("dialog"));
  const off = h("input", { type: "checkbox", checked: localStorage.getItem("keys") !== "off", onchange: () => localStorage.setItem("keys", off.checked ? "on" : "off") });
  fill(
    dialog,
    h("h2", {}, "Keys"),
    h("table", {}, h("tbody", {}, LIST.map(([key, does]) => h("tr", {}, h("th", { scope: "row" }, h("kbd", {}, key)), h("td", {}, does))))),
    h("p", {}, h("label", {}, off, " single keys act")),
    h("div.row", {}, h("button", { type: "button", onclick: () => dialog.close() }, "Close")),
  );
  if (!dialog.open) dialog.showModal();
}
