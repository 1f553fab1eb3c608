// @ts-check
// The line to the lab: frames in, commands out. See protocol.py, which says what they are.

const TYPES = { int8: Int8Array, uint8: Uint8Array, int32: Int32Array, float32: Float32Array };

/**
 * An array that came behind a header.
 * @typedef {{values: Int8Array|Uint8Array|Int32Array|Float32Array, shape: number[]}} NumArray
 */

/**
 * Read a frame: its header, with the arrays put where they are named.
 * @param {ArrayBuffer} buffer
 * @returns {any}
 */
export function readFrame(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  const text = new TextDecoder().decode(new Uint8Array(buffer, 4, length));
  const start = 4 + length;
  return JSON.parse(text, (key, value) => {
    if (!value || typeof value !== "object" || !Array.isArray(value.$array)) return value;
    const [type, shape, first] = value.$array;
    const count = shape.reduce((/** @type {number} */ a, /** @type {number} */ b) => a * b, 1);
    return { values: new TYPES[/** @type {keyof typeof TYPES} */ (type)](buffer, start + first, count), shape };
  });
}

/** The connection of one page; it opens itself again when it is lost. */
export class Wire {
  /**
   * @param {(frame: any) => void} hear called with each frame, which is then acknowledged
   * @param {(open: boolean) => void} changed called when the line opens or is lost
   */
  constructor(hear, changed) {
    this.hear = hear;
    this.changed = changed;
    /** @type {string[]} */
    this.views = [];
    this.wait = 300;
    this.connect();
  }

  connect() {
    this.socket = new WebSocket(`ws://${location.host}/socket`);
    this.socket.binaryType = "arraybuffer";
    this.socket.onopen = () => {
      this.wait = 300;
      this.changed(true);
      this.tell("subscribe", { views: this.views });
    };
    this.socket.onmessage = (event) => {
      const frame = readFrame(event.data);
      const draw = () => {
        try {
          this.hear(frame);
        } finally {
          this.tell("ack", { frame: 0 });
        }
      };
      if (document.hidden) setTimeout(draw, 500);
      else requestAnimationFrame(draw);
    };
    this.socket.onclose = () => {
      this.changed(false);
      setTimeout(() => this.connect(), this.wait);
      this.wait = Math.min(this.wait * 2, 5000);
    };
  }

  /**
   * Ask the lab for something; return whether the line is open.
   * @param {string} what
   * @param {Record<string, unknown>} given
   */
  tell(what, given = {}) {
    const open = this.socket?.readyState === WebSocket.OPEN;
    if (open) this.socket?.send(JSON.stringify({ do: what, ...given }));
    return open;
  }

  /** @param {string[]} views */
  subscribe(views) {
    this.views = views;
    this.tell("subscribe", { views });
  }
}
