// What the page works out by itself: colours, axes, thinning, and the course it keeps.

import assert from "node:assert/strict";
import test from "node:test";
import { along, paintSigned, rgb, signed } from "../../../pellucid/lab/static/js/colour.js";
import { powers, thinned, ticks } from "../../../pellucid/lab/static/js/chart.js";
import { Course } from "../../../pellucid/lab/static/js/course.js";
import { counted, number, percent } from "../../../pellucid/lab/static/js/words.js";

/** How light a colour is to the eye, CIE L*, 0 to 100. */
function lightness(colour) {
  const [r, g, b] = colour.map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
  const y = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  return y > 0.008856 ? 116 * Math.cbrt(y) - 16 : 903.3 * y;
}

/** The colours that bytes are painted with. */
function painted(bytes, ...how) {
  const pixels = new Uint32Array(bytes.length);
  paintSigned(Int8Array.from(bytes), pixels, ...how);
  return [...pixels].map((word) => [...new Uint8Array(Uint32Array.of(word).buffer).slice(0, 3)]);
}

test("zero is always the same, and equal sizes are equally light", () => {
  assert.deepEqual(signed(0), rgb("#f7f7f7"));
  for (const size of [0.25, 0.5, 0.75, 1]) assert.ok(Math.abs(lightness(signed(size)) - lightness(signed(-size))) < 1.5, `${size}`);
  for (let at = 0; at < 1; at += 0.05) assert.ok(lightness(signed(at)) > lightness(signed(at + 0.05)));
});

test("what is no number has a colour of its own, and beyond the scale is its end", () => {
  assert.deepEqual(signed(NaN), [214, 0, 147]);
  assert.deepEqual(signed(7), signed(1));
  assert.deepEqual(painted([-128, 0, 127, -127]), [[214, 0, 147], signed(0), signed(1), signed(-1)]);
  assert.deepEqual(painted([100, -100, -128], 2), [signed(1), signed(-1), [214, 0, 147]]);
  assert.deepEqual(painted([127, 0, -128], 1, true), [signed(1), signed(0), [214, 0, 147]]);
});

test("a log scale keeps signs, ends and zero", () => {
  assert.deepEqual([along(1, true), along(-1, true), along(0, true)], [1, -1, 0]);
  assert.ok(along(1e-3, true) > 0.49 && along(1e-9, true) === 0);
});

test("axes have round numbers inside their range", () => {
  assert.deepEqual(ticks(0, 1, 5).map((at) => at.toFixed(1)), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
  assert.ok(ticks(-3, 17).every((at) => at >= -3 && at <= 17) && ticks(-3, 17).includes(0));
  assert.deepEqual(powers(1e-3, 10), [0.001, 0.01, 0.1, 1, 10]);
});

test("a long line keeps its peaks", () => {
  const y = new Float32Array(100_000).fill(1);
  y[51_234] = 9;
  y[77_777] = -3;
  const kept = thinned(Array.from(y.keys()), y).map(([, value]) => value);
  assert.ok(kept.length <= 1300 && kept.includes(9) && kept.includes(-3));
});

test("the course grows, and begins anew with another run or when it is sent whole", () => {
  const course = new Course();
  const frame = (run, first, values, epochs = []) => ({ run, first, losses: { values: Float32Array.from(values) }, epochs });
  course.add(frame(1, 0, [3, 2], [{ epoch: 1, step: 2, values: { loss: 2.5 } }]));
  course.add(frame(1, 2, [1]));
  assert.deepEqual([...course.losses.y], [3, 2, 1]);
  course.add(frame(1, 0, [3, 2, 1, 0.5], [{ epoch: 1, step: 2, values: { loss: 2.5 } }]));
  assert.deepEqual([course.size, course.epochs.length], [4, 1]);
  course.add(frame(2, 0, new Array(5000).fill(1)));
  assert.deepEqual([course.size, course.epochs.length, course.losses.x[4999]], [5000, 0, 5000]);
});

test("numbers are written as people read them", () => {
  assert.deepEqual([number(0), number(12345), number(0.123456), number(-2), number(1.2e-7), number(null), number(NaN)], ["0", "12,345", "0.123", "\u22122", "1.2e\u22127", "not finite", "not finite"]);
  assert.deepEqual([percent(1), percent(0.333), counted(1, "row"), counted(2, "row")], ["100 %", "33.3 %", "1 row", "2 rows"]);
});
