// @ts-check
// A pad to draw on with a pointer: a picture of few pixels, or a file brought to their size.

import { h } from "./dom.js";

const ROOM = 168; // of the pad, in the page's pixels
const PEN = 1.15; // radius of the pen, in pixels of the picture, of which there may be 28 x 28

export class Pad {
  /** @param {number[]} shape height, width, channels @param {(bytes: Uint8Array) => void} drawn called after each stroke */
  constructor([height, width, channels], drawn) {
    this.height = height;
    this.width = width;
    this.channels = channels;
    this.drawn = drawn;
    this.canvas = h("canvas.pad", { width, height, role: "img", "aria-label": "a pad to draw on with the pointer", style: { width: `${ROOM}px`, height: `${(ROOM * height) / width}px` } });
    this.context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d", { willReadFrequently: true }));
    /** @type {[number, number]|null} */ this.last = null;
    this.canvas.addEventListener("pointerdown", (/** @type {PointerEvent} */ event) => {
      this.canvas.setPointerCapture(event.pointerId);
      this.stroke(event);
    });
    this.canvas.addEventListener("pointermove", (/** @type {PointerEvent} */ event) => this.last && this.stroke(event));
    this.canvas.addEventListener("pointerup", () => this.tell());
    this.file = h("input", { type: "file", accept: "image/*", "aria-label": "a picture from a file", onchange: () => this.load(this.file.files[0]) });
    this.node = h("div.drawing-pad", {}, this.canvas, h("div.row", {}, h("button.quiet", { type: "button", onclick: () => this.clear() }, "Wipe"), h("button.quiet", { type: "button", onclick: () => this.invert() }, "Invert"), h("label.button.file", {}, this.file, "A file \u2026")));
    this.clear();
  }

  /** @param {PointerEvent} event */
  stroke(event) {
    const size = this.canvas.getBoundingClientRect();
    /** @type {[number, number]} */
    const at = [((event.clientX - size.left) / size.width) * this.width, ((event.clientY - size.top) / size.height) * this.height];
    const c = this.context;
    [c.strokeStyle, c.lineWidth, c.lineCap] = ["white", (2 * PEN * this.width) / 28, "round"];
    c.beginPath();
    c.moveTo(...(this.last ?? at));
    c.lineTo(at[0] + 0.01, at[1]);
    c.stroke();
    this.last = at;
  }

  /** Hand over the bytes of the picture. */
  tell() {
    this.last = null;
    const { data } = this.context.getImageData(0, 0, this.width, this.height);
    const bytes = new Uint8Array(this.width * this.height * this.channels);
    for (let i = 0; i < bytes.length; i++) bytes[i] = data[4 * Math.floor(i / this.channels) + (i % this.channels)];
    this.drawn(bytes);
  }

  clear() {
    this.context.fillStyle = "black";
    this.context.fillRect(0, 0, this.width, this.height);
  }

  invert() {
    const picture = this.context.getImageData(0, 0, this.width, this.height);
    for (let i = 0; i < picture.data.length; i++) if (i % 4 < 3) picture.data[i] = 255 - picture.data[i];
    this.context.putImageData(picture, 0, 0);
    this.tell();
  }

  /** @param {File} [file] */
  async load(file) {
    if (!file) return;
    const picture = await createImageBitmap(file);
    this.context.imageSmoothingQuality = "high";
    if (this.channels === 1) this.context.filter = "grayscale(1)";
    this.context.drawImage(picture, 0, 0, this.width, this.height);
    this.context.filter = "none";
    this.tell();
  }
}

/** Bytes as text. @param {Uint8Array} bytes */
export function asText(bytes) {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}
