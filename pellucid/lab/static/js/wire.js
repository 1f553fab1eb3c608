// @ts-check
// The line to the lab: frames in, commands out. See protocol.py, which says what they are.

const TYPES = { int8: Int8Array, uint8: Uint8Array, int32: Int32Array, float32: Float32Array };

/**
 * An array that came behind a header.
 * @typedef {{values: Int8Array|Uint8Array|Int32Array|Float32Array, shape: number[]}} NumArray
 */

const decoder = new TextDecoder();

/**
 * Read a message: the headers of its frames, with the arrays put where they are named.
 * @param {ArrayBuffer} buffer
 * @returns {any[]}
 */
export function readFrames(buffer) {
  const view = new DataView(buffer);
  const frames = [];
  for (let at = 0; at < buffer.byteLength; ) {
    const [header, arrays] = [view.getUint32(at, true), view.getUint32(at + 4, true)];
    const start = at + 8 + header;
    frames.push(restored(JSON.parse(decoder.decode(new Uint8Array(buffer, at + 8, header))), buffer, start));
    at = start + arrays;
  }
  return frames;
}

/** @param {any} value @param {ArrayBuffer} buffer @param {number} start */
function restored(value, buffer, start) {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value.$array)) {
    const [type, shape, first] = value.$array;
    const count = shape.reduce((/** @type {number} */ a, /** @type {number} */ b) => a * b, 1);
    return { values: new TYPES[/** @type {keyof typeof TYPES} */ (type)](buffer, start + first, count), shape };
  }
  for (const key in value) value[key] = restored(value[key], buffer, start);
  return value;
}

/** The connection of one page; it opens itself again when it is lost. */
export class Wire {
  /**
   * @param {(frames: any[]) => void} hear called with what came since the last time, to be drawn at once
   * @param {(open: boolean) => void} changed called when the line opens or is lost
   */
  constructor(hear, changed) {
    this.hear = hear;
    this.changed = changed;
    /** @type {string[]} */
    this.views = [];
    this.wait = 300;
    /** @type {any[]} */
    this.frames = [];
    this.messages = 0; // whose frames these are, not drawn yet
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
      this.frames.push(...readFrames(event.data));
      this.messages += 1;
      if (this.messages > 1) return; // they are drawn together
      if (document.hidden) setTimeout(() => this.draw(), 500);
      else requestAnimationFrame(() => this.draw());
    };
    this.socket.onclose = () => {
      this.changed(false);
      setTimeout(() => this.connect(), this.wait);
      this.wait = Math.min(this.wait * 2, 5000);
    };
  }

  /** Draw what has come, and say so for each message. */
  draw() {
    const { frames, messages } = this;
    [this.frames, this.messages] = [[], 0];
    try {
      this.hear(frames);
    } finally {
      for (let i = 0; i < messages; i++) this.tell("ack");
    }
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
