// @ts-check
// The course of a run: the loss of each batch, and what each epoch came to.

/** @typedef {{epoch: number, step: number, rate: number, values: Record<string, number>}} Epoch */

/** Grows as frames come; another run begins it anew. */
export class Course {
  constructor() {
    this.run = 0;
    this.size = 0;
    this.room = new Float32Array(1024);
    this.steps = new Float32Array(1024);
    /** @type {Epoch[]} */
    this.epochs = [];
  }

  /** @param {{run: number, first: number, losses: {values: ArrayLike<number>}, epochs: Epoch[]}} frame */
  add(frame) {
    if (frame.run !== this.run || frame.first < this.size) {
      if (frame.run !== this.run) this.epochs = [];
      [this.run, this.size] = [frame.run, frame.first];
    }
    const { values } = frame.losses;
    while (this.size + values.length > this.room.length) {
      const [room, steps] = [new Float32Array(this.room.length * 2), new Float32Array(this.room.length * 2)];
      room.set(this.room);
      steps.set(this.steps);
      [this.room, this.steps] = [room, steps];
    }
    for (let i = 0; i < values.length; i++) {
      this.room[this.size + i] = values[i];
      this.steps[this.size + i] = this.size + i + 1;
    }
    this.size += values.length;
    const last = this.epochs.at(-1)?.epoch ?? 0;
    this.epochs.push(...frame.epochs.filter((one) => one.epoch > last));
  }

  /** The loss of each batch. */
  get losses() {
    return { x: this.steps.subarray(0, this.size), y: this.room.subarray(0, this.size) };
  }

  /** A value by epoch. @param {string} name */
  of(name) {
    const known = this.epochs.filter((one) => name in one.values);
    return { x: known.map((one) => one.step), y: known.map((one) => one.values[name] ?? NaN) };
  }
}
