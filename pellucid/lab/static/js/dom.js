// @ts-check
// Elements, made by one function; text is always text, so that a name can be nothing else.

/** @typedef {Node|string|number|null|undefined|false} Child */

const SVG = new Set(["svg", "g", "path", "circle", "rect", "line", "text", "title", "polyline", "use", "defs", "pattern"]);

/**
 * Make an element.
 * @param {string} name "div", or "div.class"
 * @param {Record<string, any>} given attributes; on... are listeners, a value of false leaves one out
 * @param {(Child|Child[])[]} children
 * @returns {any}
 */
export function h(name, given = {}, ...children) {
  const [tag, ...classes] = name.split(".");
  const node = SVG.has(tag) ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  if (classes.length) node.setAttribute("class", classes.join(" "));
  for (const [key, value] of Object.entries(given)) {
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "value" || key === "checked" || key === "selected" || key === "disabled") /** @type {any} */ (node)[key] = value;
    else if (key === "style") for (const [name, part] of Object.entries(value)) /** @type {any} */ (node).style.setProperty(name, part);
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(key, value === true ? "" : String(value));
  }
  node.append(...children.flat().filter((child) => child || child === 0).map((child) => (child instanceof Node ? child : String(child))));
  return node;
}

/**
 * Put children in the place of those there are.
 * @param {Element} node
 * @param {(Child|Child[])[]} children
 */
export function fill(node, ...children) {
  node.replaceChildren(...children.flat().filter((child) => child || child === 0).map((child) => (child instanceof Node ? child : String(child))));
}

/** Let an element say this; one that does so already is left alone. @param {Element} node @param {string} words */
export function say(node, words) {
  if (node.textContent !== words) node.textContent = words;
}

/**
 * A select with these choices.
 * @param {any[]} choices
 * @param {any} chosen
 * @param {(choice: string) => void} change
 * @param {Record<string, any>} given
 */
export function choice(choices, chosen, change, given = {}) {
  return h(
    "select",
    { ...given, onchange: (/** @type {any} */ event) => change(event.target.value) },
    choices.map((one) => h("option", { value: String(one), selected: String(one) === String(chosen) }, String(one).replaceAll("_", " "))),
  );
}

/**
 * A group of buttons of which one is pressed.
 * @param {string} label
 * @param {[any, string][]} choices value and words
 * @param {any} chosen
 * @param {(value: any) => void} change
 */
export function buttons(label, choices, chosen, change) {
  return h(
    "div.segments",
    { role: "group", "aria-label": label },
    choices.map(([value, words]) => h("button", { type: "button", "aria-pressed": String(value === chosen), onclick: () => change(value) }, words)),
  );
}

/**
 * A canvas that is sharp on any screen, and how many of its own pixels are one of the page's.
 * @param {HTMLCanvasElement} canvas
 * @param {number} width
 * @param {number} height
 * @returns {CanvasRenderingContext2D}
 */
export function sharp(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  const [w, t] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== t) [canvas.width, canvas.height] = [w, t];
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

/** @type {Map<string, string>} */
const tokens = new Map();
globalThis.matchMedia?.("(prefers-color-scheme: dark)").addEventListener("change", () => tokens.clear());

/** The value of a colour or size that the style sheet names. @param {string} name */
export function token(name) {
  const known = tokens.get(name) ?? getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  if (known) tokens.set(name, known); // it is not there before the style sheet is
  return known;
}
