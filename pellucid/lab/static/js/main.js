// @ts-check
// The page: what the lab has said, the bar on top, the rail of views, the keys.

import { Course } from "./course.js";
import { fill, h } from "./dom.js";
import { Doctor } from "./doctor.js";
import { explain } from "./explain.js";
import { bindKeys } from "./keys.js";
import { Lessons } from "./lessons.js";
import { Transport } from "./transport.js";
import { DataView_ } from "./views/data.js";
import { NetworkView } from "./views/network.js";
import { TrainView } from "./views/train.js";
import { LayersView } from "./views/layers.js";
import { MapsView } from "./views/maps.js";
import { SpaceView } from "./views/space.js";
import { RunsView } from "./views/runs.js";
import { ScoreView } from "./views/score.js";
import { Wire } from "./wire.js";
import { counted, number } from "./words.js";

/**
 * A view: it names what it looks at, has a node, and draws it anew when told.
 * @typedef {{needs: string[], node: HTMLElement, draw: (kinds: Set<string>) => void}} View
 */

const VIEWS = [
  { id: "data", name: "Data", make: DataView_ },
  { id: "network", name: "Network", make: NetworkView },
  { id: "train", name: "Train", make: TrainView },
  { id: "layers", name: "Layers", make: LayersView },
  { id: "maps", name: "Maps", make: MapsView },
  { id: "space", name: "Space", make: SpaceView },
  { id: "score", name: "Score", make: ScoreView },
  { id: "runs", name: "Runs", make: RunsView },
];

const WORDS_EVERY = 120; // milliseconds

const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** All that the page knows, and the one way to ask the lab for something. */
export class Lab {
  constructor() {
    /** @type {any} */ this.state = null;
    /** @type {any} */ this.now = null;
    /** @type {Record<string, any>} what each view showed last */
    this.shown = {};
    this.run = 0;
    this.course = new Course();
    /** @type {View|null} */ this.view = null;
    this.current = "";
    this.transport = new Transport(this, byId("transport"), byId("counters"));
    this.doctor = new Doctor(this, byId("doctor"));
    this.lessons = new Lessons(this, byId("lesson"));
    this.spokenAt = 0;
    this.speaks = true; // whether words are to be drawn anew with pictures
    this.moved = false;
    this.due = this.later = 0;
    this.wire = new Wire((frames) => this.hear(frames), (open) => this.connected(open));
    this.rail();
    this.go(location.hash.slice(1) || "data");
    addEventListener("hashchange", () => this.go(location.hash.slice(1)));
    addEventListener("resize", () => this.redraw());
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.redraw());
    bindKeys(this, VIEWS.map((view) => view.id));
  }

  /** @param {string} what @param {Record<string, unknown>} given */
  tell(what, given = {}) {
    if (this.wire.tell(what, given)) this.quiet();
  }

  /** Draw what came since the last time, at once. @param {any[]} frames */
  hear(frames) {
    for (const frame of frames) this.take(frame);
    if (!this.state) return;
    const kinds = new Set(frames.map(({ kind }) => kind));
    if (this.pace()) kinds.add("size");
    if (kinds.has("state")) {
      this.doctor.draw();
      document.body.classList.toggle("of-script", this.state.script);
      this.subject();
      this.lessons.draw();
    }
    if (["state", "now", "course"].some((kind) => kinds.has(kind))) this.transport.draw();
    this.view?.draw(kinds);
    this.busy();
    if (kinds.has("now")) this.speak();
  }

  /** Keep what a frame says, or do what it asks for. @param {any} frame */
  take(frame) {
    const { kind } = frame;
    if (kind === "trouble") return this.trouble(frame);
    if (kind === "script") return this.text(frame.text, { title: "This experiment as Python", about: "It makes the same data, the same network and the same updates, and ends with the numbers of this page.", ending: ".py" });
    if (kind === "gaps") return this.gaps(frame);
    if (kind === "report") return this.link(frame.text, "text/html", ".html").click();
    if (kind === "lesson") return this.text(frame.text, { title: "A lesson as a file", about: "Open it in any lab, or with pellucid lab --lesson FILE.", ending: ".toml" });
    if (kind === "course") this.course.add(frame);
    else if (kind === "state") this.state = frame.shown;
    else if (kind === "now") this.now = frame.shown;
    else this.shown[kind] = frame.shown;
    if (frame.run !== this.run && kind !== "course") {
      this.run = frame.run;
      this.shown = kind === "state" || kind === "now" ? {} : { [kind]: frame.shown };
    }
  }

  /**
   * Words and charts change less often than pictures while it runs: nobody reads thirty a second.
   * Return whether all is to be drawn once more, because training has come to rest.
   */
  pace() {
    const moving = Boolean(this.now?.moving);
    const rested = this.moved && !moving;
    const due = performance.now() >= this.due;
    this.speaks = !moving || due;
    if (due) this.due = performance.now() + WORDS_EVERY;
    clearTimeout(this.later);
    if (!this.speaks) this.later = setTimeout(() => this.redraw(), WORDS_EVERY); // nothing else may come
    this.moved = moving;
    return rested;
  }

  /** Draw the view again, as it is shown otherwise. */
  redraw() {
    this.speaks = true;
    this.transport.draw();
    this.view?.draw(new Set(["size"]));
  }

  /** @param {string} id */
  go(id) {
    const found = VIEWS.find((view) => view.id === id) ?? VIEWS[0];
    if (found.id === this.current) return;
    this.current = found.id;
    for (const link of document.querySelectorAll("#rail a")) {
      if (link.getAttribute("href") === `#${found.id}`) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    this.view = new found.make(this);
    fill(byId("shown"), this.view.node);
    byId("view").scrollTop = 0;
    explain(byId("explain"), found.id);
    document.title = `${found.name} \u2013 pellucid lab`;
    this.wire.subscribe(this.view.needs);
    this.speaks = true;
    if (this.state) this.view.draw(new Set(["state"]));
    this.busy();
  }

  /** Say so while what the view needs is not there yet. */
  busy() {
    const there = this.view?.needs.every((name) => name in this.shown);
    byId("view").setAttribute("aria-busy", String(!there));
  }

  rail() {
    fill(
      byId("rail"),
      h("ol", {}, VIEWS.map((view, i) => h("li", {}, h("a", { href: `#${view.id}` }, h("span.key", { "aria-hidden": "true" }, i + 1), view.name)))),
      this.lessons.button,
    );
  }

  subject() {
    const { data, summary, loss, shape } = this.state;
    const widths = summary.rows.filter((/** @type {any} */ r) => r.parameters && r.trainable && /Dense|Conv/.test(r.kind)).map((/** @type {any} */ r) => r.output_shape.at(-1));
    fill(byId("subject"), h("strong", {}, data), ` \u00b7 ${[shape.join("\u00d7"), ...widths].join("\u2013")} \u00b7 ${counted(summary.parameters, "parameter")} \u00b7 ${loss}`);
  }

  /** Say what could not be done. @param {any} frame */
  trouble(frame) {
    const banner = byId("banner");
    banner.hidden = false;
    fill(banner, frame.gone ? "The process that trains has ended. Start the lab again." : frame.text, h("button", { type: "button", onclick: () => this.quiet() }, "Close"));
  }

  /** Ask what to do about empty cells. @param {{data: string, ways: Record<string, string>}} frame */
  gaps({ data, ways }) {
    const open = (/** @type {string} */ missing) => this.tell("open", { data, reading: { missing } });
    byId("banner").lastChild?.before(...Object.entries(ways).map(([missing, words]) => h("button", { type: "button", onclick: () => open(missing) }, words)));
  }

  quiet() {
    byId("banner").hidden = true;
  }

  /** @param {boolean} open */
  connected(open) {
    document.body.classList.toggle("lost", !open);
    const banner = byId("banner");
    if (!open) {
      banner.hidden = false;
      fill(banner, "The line to the lab is lost; this is what was seen last. Trying again \u2026");
    } else this.quiet();
  }

  /** Tell those who listen how it goes, at most every five seconds, and at rest. */
  speak() {
    const last = this.course.epochs.at(-1);
    const calm = !this.now.moving;
    if (!last || Date.now() - this.spokenAt < (calm ? 1000 : 5000)) return;
    this.spokenAt = Date.now();
    const loss = last.values.val_loss ?? last.values.loss;
    const before = this.course.epochs.at(-6)?.values;
    const trend = before ? (loss < (before.val_loss ?? before.loss) ? ", falling" : ", not falling") : "";
    const found = this.state.findings.length;
    byId("news").textContent = `epoch ${last.epoch} of ${this.state.epochs}, validation loss ${number(loss)}${trend}${found ? `, ${counted(found, "finding")}` : ""}`;
  }

  /** Send a file to the lab. @param {File} [file] */
  async send(file) {
    if (!file) return;
    const answer = await fetch("/file", { method: "POST", body: file, headers: { "x-name": encodeURIComponent(file.name), "content-type": "application/octet-stream" } });
    if (!answer.ok) this.trouble({ text: await answer.text() });
  }

  /** A link that saves a text under the name of the data. @param {string} text @param {string} type @param {string} ending */
  link(text, type, ending) {
    const name = this.state.data.split(/[\\/]/).pop().replace(/\.\w+$/, "").replace(/\W+/g, "_");
    return h("a.button", { href: URL.createObjectURL(new Blob([text], { type })), download: `${name}${ending}` }, `Save as ${ending}`);
  }

  /** Show text that can be taken home. @param {string} text @param {{title: string, about: string, ending: string}} how */
  text(text, { title, about, ending }) {
    const dialog = /** @type {HTMLDialogElement} */ (byId("dialog"));
    const link = this.link(text, "text/plain", ending);
    const copy = h("button", { type: "button", onclick: async () => { await navigator.clipboard.writeText(text); copy.textContent = "Copied"; } }, "Copy");
    fill(
      dialog,
      h("h2", {}, title),
      h("p.about", {}, about),
      h("pre", { tabindex: "0" }, text),
      h("div.row", {}, copy, link, h("button", { type: "button", onclick: () => dialog.close() }, "Close")),
    );
    if (!dialog.open) dialog.showModal();
  }
}

new Lab();
