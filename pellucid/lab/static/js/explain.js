// @ts-check
// The drawer's other part: what every mark of the present view means, a paragraph a mark.

import { fill, h } from "./dom.js";

/** @type {Record<string, [string, string][]>} */
const MARKS = {
  data: [
    ["colour and shape of a point", "its class; the list beneath the picture names them"],
    ["faint points", "rows of the validation part; rows of the test are not shown before you open it"],
    ["the hatched part of the bar", "the test rows, sealed"],
    ["score to beat", "what one reaches by always naming the most frequent class"],
    ["scaling", "learnt from training rows only, and kept inside the network"],
  ],
  network: [
    ["a circle", "a unit: z = w\u00b7a + b, and a = the activation of z"],
    ["a line", "a weight; blue above zero, orange and dashed below, wider the larger it is"],
    ["a square", "a unit of a layer that scales, unit by unit"],
    ["a stack of squares", "the maps of a convolution"],
    ["parameters", "inputs times units, and one bias a unit; share is of the whole network"],
  ],
  train: [
    ["a box of the row", "a mini-batch; filled: the next one; shaded: done in this epoch; dashed: the short last one"],
    ["rows \u2026", "the shuffled order of this epoch; it depends on the seed and the number of the epoch alone"],
    ["rms", "root mean square: the typical size of the numbers of a layer"],
    ["\u03b4", "\u2202cost/\u2202z: how much the cost grows if z does"],
    ["|\u0394w| / |w|", "the length of the update beside that of the weights; around 0.001 is usual"],
    ["thin, thick, dashed line", "the loss of each batch, of each epoch, and of the validation rows"],
  ],
  layers: [
    ["a picture", "a number a place: blue above zero, orange below, zero the light middle, magenta no number"],
    ["rows and columns", "of z, a and \u03b4: examples and units; of W and \u2202J/\u2202W: inputs and units"],
    ["while it plays", "a few examples that stay the same, so that what moves is what the network learns; at rest, the whole next batch"],
    ["\u25cb \u00d7 + |", "the size of a, \u03b4, gradient and update of a layer, all on one log axis"],
    ["dead", "units whose activation is flat for every example of the batch: nothing can move them now"],
    ["saturated", "the share of places where the slope of the activation is nearly zero"],
    ["fading", "the gradient of the first layer is a small part of that of the last"],
  ],
  maps: [
    ["filters W", "the weights that slide over the picture; of several inputs, the weight furthest from zero"],
    ["maps a", "what a filter answers at each place; an orange frame: zero everywhere"],
    ["\u03b4", "how much the cost would grow with each place of a map"],
    ["\u2202J/\u2202W", "the gradient of each weight, over the whole next batch; while it plays, over a few examples that stay the same"],
    ["scale tile, layer", "whether each picture has its own largest value, or all of a layer one"],
  ],
  space: [
    ["colour of the plane", "the class that the network says there, paler where it is less sure"],
    ["a ring", "a row that is said wrongly; it may lie on its own colour, as other inputs stand at their median in the plane"],
    ["maps on the right", "what each hidden unit answers over the same plane"],
    ["the loss over the weights", "lines of equal loss on a plane through the space of all weights; a path's point is shown at the nearest point of the plane"],
  ],
  score: [
    ["accuracy [low, high]", "the share of right rows, and its 95 % interval: with few rows it is wide"],
    ["precision", "of the rows taken for a class, the share that is of it"],
    ["recall", "of the rows of a class, the share that is found"],
    ["F1", "the harmonic mean of both"],
    ["no network", "what a constant answer scores"],
  ],
  runs: [
    ["bold", "settings in which the runs differ, and the least validation loss"],
    ["other split", "a run on other rows: its figures are not to be compared with those of now"],
    ["found", "how many findings the doctor had; point at it to read them"],
  ],
};

/** What the marks of a view mean. @param {HTMLElement} node @param {string} view */
export function explain(node, view) {
  const open = node.querySelector("details")?.open ?? false;
  fill(node, h("details.explain", { open }, h("summary", {}, "Explain this view"), h("dl", {}, (MARKS[view] ?? []).flatMap(([mark, meaning]) => [h("dt", {}, mark), h("dd", {}, meaning)]))));
}
