// The presenter view: large type on the whole page, a bar with every picture of it, and one of them large at a time.
//
// The number keys enlarge a picture, 0 and Escape return. It knows the pictures of the player, of the labs' own
// components and Streamlit's charts. For tests `window.__bnvizPresenter` tells {names, chosen}.

import { undoing } from "../player/place.js";
import { Large } from "./large.js";

const FINDING_MS = 250; // after the page has changed
const KINDS = [".player:not(.ravine) .picture", ".ravine .side", ".ravine > .picture", ".microscope", ".axes"].join();
const CHARTS = "[data-testid=stVegaLiteChart], [data-testid=stPlotlyChart]";
const WRITING = "textarea, select, [contenteditable=true], input:not([type=range], [type=checkbox], [type=radio])";
const LONGEST_NAME = 60;
const KEYS = ["train_arms", "smoothness_arms", "compare_pins", "compare_runs"]; // of legends above several pictures
const LEGENDS = KEYS.map((key) => `.st-key-${key}`).join();
const TABLE = "[data-testid=stDataFrame], [data-testid=stDataEditor]"; // whose cells begin to be written by any key

/** Every picture of the page in reading order, also those inside of components. */
function pictures(root = document) {
  const found = [];
  for (const one of root.querySelectorAll("*")) {
    if (one.matches(KINDS) || one.matches(CHARTS)) found.push(one);
    if (one.shadowRoot) found.push(...pictures(one.shadowRoot));
  }
  return found;
}

/** What a picture is called: its own heading, the words in bold above it, or what the page says of the component. */
function nameOf(picture, words) {
  const kind = ["microscope", "axes"].find((name) => picture.classList.contains(name));
  if (kind) return words[kind];
  if (!picture.matches(CHARTS)) return picture.querySelector("h3, h4")?.textContent.trim() || words.picture;
  return above(picture) || spoken(picture) || words.picture;
}

function above(chart) {
  let place = chart.closest("[data-testid=stElementContainer]");
  for (let hops = 0; place && hops < 3; hops += 1) {
    const said = place.querySelector("strong, h2, h3")?.textContent;
    if (said && said.length <= LONGEST_NAME) return said;
    place = place.previousElementSibling;
  }
  return "";
}

/** What the bar says of the pictures: the beginnings of their names, where these tell them apart. */
function shortened(names) {
  const begun = names.map((name) => name.split(/[:;,(]/)[0].trim());
  return begun.map((short, place) => (short && begun.indexOf(short) === begun.lastIndexOf(short) ? short : names[place]));
}

/** The legend that stands on the page above a picture and holds for it. */
function legendOf(picture) {
  const holder = picture.getRootNode().host ?? picture;
  const before = (one) => one.compareDocumentPosition(holder) & Node.DOCUMENT_POSITION_FOLLOWING;
  return Array.from(document.querySelectorAll(LEGENDS)).filter(before).at(-1) ?? null;
}

/** The sentence that stands on the page below a chart of Streamlit; null where there is none. */
function captionOf(chart) {
  let place = chart.closest("[data-testid=stElementContainer]")?.nextElementSibling;
  for (let hops = 0; place && hops < 2; hops += 1) {
    const said = place.querySelector("[data-testid=stCaptionContainer]");
    if (said) return said;
    place = place.nextElementSibling;
  }
  return null;
}

/** The first words of what a screen reader says of a chart. */
function spoken(chart) {
  const told = chart.matches("[aria-label]") ? chart : chart.querySelector("[aria-label]");
  return told?.getAttribute("aria-label").split(/[.:;,(]/)[0].slice(0, LONGEST_NAME) ?? "";
}

class Presenter {
  constructor(parent) {
    this.bar = document.createElement("div");
    this.bar.className = "bar";
    this.bar.setAttribute("role", "toolbar");
    this.top = document.createElement("div");
    this.top.className = "top";
    this.under = document.createElement("div");
    this.under.className = "under";
    parent.append(this.top, this.under, this.bar);
    this.found = [];
    this.large = new Large(() => this.top.offsetHeight, () => this.bar.offsetHeight + this.under.offsetHeight);
    this.key = this.key.bind(this);
    window.addEventListener("keydown", this.key, true);
    this.changes = new MutationObserver(() => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.find(), FINDING_MS);
    });
    this.changes.observe(document.body, { childList: true, subtree: true });
    document.documentElement.classList.add("bnviz-present");
    this.before = document.documentElement.style.fontSize;
    document.documentElement.style.fontSize = window.innerWidth < 700 ? "18px" : "20px";
    this.polling = setInterval(() => this.find(), 1500); // pictures inside of components come without a word
  }

  receive({ words }, setTriggerValue) {
    this.words = words;
    this.leave = () => setTriggerValue("leave", true);
    this.bar.setAttribute("aria-label", words.bar);
    this.told = null;
    this.find();
  }

  find() {
    this.found = pictures().filter((one) => one.isConnected && !one.closest("[role=dialog]"));
    if (this.large.picture && !this.found.includes(this.large.picture)) this.large.back();
    this.large.renew();
    const names = this.found.map((one) => nameOf(one, this.words));
    this.writeTop(names);
    const told = JSON.stringify([names, this.chosen]);
    if (told !== this.told) this.write(names);
    this.told = told;
    window.__bnvizPresenter = { names, chosen: this.chosen };
  }

  /** The number of the large picture, 0 for none. */
  get chosen() {
    return this.found.indexOf(this.large.picture) + 1;
  }

  /** Around a large picture: its name where it has none of its own, and the legend that is now out of sight. */
  writeTop(names) {
    const { picture } = this.large;
    const legend = picture && legendOf(picture);
    const parts = [];
    if (picture && this.large.native && above(picture)) {
      parts.push(Object.assign(document.createElement("h2"), { textContent: names[this.chosen - 1] }));
    }
    for (const line of legend?.querySelectorAll("p") ?? []) {
      const part = document.createElement("span");
      part.append(...Array.from(line.childNodes, (one) => one.cloneNode(true)));
      parts.push(part);
    }
    const below = this.captionParts(picture);
    const html = [...parts, ...below].map((part) => part.outerHTML).join("");
    if (html === this.topTold) return;
    this.topTold = html;
    this.top.replaceChildren(...parts);
    this.under.replaceChildren(...below);
    this.under.style.bottom = `${this.bar.offsetHeight}px`;
    if (picture) this.large.start();
  }

  /** What the page says below a chart of Streamlit; the other pictures carry their sentence with them. */
  captionParts(picture) {
    const caption = picture && this.large.native ? captionOf(picture) : null;
    return Array.from(caption?.querySelectorAll("p") ?? [], (line) => {
      return Object.assign(document.createElement("p"), { textContent: line.textContent });
    });
  }

  write(names) {
    const all = this.bar.querySelector(".keys");
    const along = all?.scrollLeft ?? 0;
    const held = this.bar.getRootNode().activeElement?.dataset?.number;
    const short = shortened(names);
    const buttons = names.map((name, place) => this.button(place + 1, name, short[place]));
    if (names.length) buttons.push(this.button(0, this.words.all));
    const leave = document.createElement("button");
    leave.className = "leave";
    const [first, ...others] = this.words.leave.split(" ");
    leave.append(first, Object.assign(document.createElement("span"), { textContent: ` ${others.join(" ")}` }));
    leave.setAttribute("aria-label", this.words.leave);
    leave.addEventListener("click", this.leave);
    const keys = document.createElement("div");
    keys.className = "keys";
    keys.append(...buttons);
    this.bar.replaceChildren(keys, leave);
    keys.scrollLeft = along;
    if (this.chosen) keys.querySelector("[aria-pressed=true]")?.scrollIntoView?.({ block: "nearest", inline: "nearest" });
    if (held) this.bar.querySelector(`[data-number="${held}"]`)?.focus();
  }

  button(number, name, short = name) {
    const made = document.createElement("button");
    const key = document.createElement("kbd");
    key.textContent = number > 9 ? "·" : String(number); // there are no more keys than ten
    const label = document.createElement("span");
    label.textContent = short;
    made.append(key, label);
    made.title = name;
    if (short !== name) made.setAttribute("aria-label", `${key.textContent} ${name}`);
    made.dataset.number = String(number);
    made.setAttribute("aria-pressed", String(this.chosen === number));
    made.addEventListener("click", () => this.choose(number));
    return made;
  }

  choose(number) {
    if (number > this.found.length) return;
    this.large.back();
    if (number) this.large.show(this.found[number - 1]);
    this.told = null;
    this.find();
  }

  key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || this.writes(event.composedPath())) return;
    if (document.querySelector("[role=dialog]")) return;
    const returns = event.key === "Escape" && this.large.picture;
    if (!returns && !/^[0-9]$/.test(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    this.choose(returns ? 0 : Number(event.key));
  }

  /** Whether a key belongs to a field or a table that is being written in. */
  writes(path) {
    return path[0].matches?.(WRITING) || path.some((one) => one.matches?.(TABLE));
  }

  end() {
    this.large.back();
    this.changes.disconnect();
    clearTimeout(this.timer);
    clearInterval(this.polling);
    window.removeEventListener("keydown", this.key, true);
    document.documentElement.classList.remove("bnviz-present");
    document.documentElement.style.fontSize = this.before;
    this.bar.remove();
    this.top.remove();
    this.under.remove();
    delete window.__bnvizPresenter;
  }
}

const places = new Map(); // parentElement -> Presenter

export default function mount({ data, parentElement, setTriggerValue }) {
  const presenter = places.get(parentElement) ?? new Presenter(parentElement);
  places.set(parentElement, presenter);
  presenter.receive(data, setTriggerValue);
  return undoing(parentElement, () => {
    places.delete(parentElement);
    presenter.end();
  });
}
