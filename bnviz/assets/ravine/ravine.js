// The component that Streamlit calls for every message. A lab that is taken off the page and put back, as Streamlit does
// when the layout around it changes, goes on where it was: its camera, its step and its learning rates are kept.

import { undoing } from "../player/place.js";
import { Lab } from "./lab.js";
import { decode } from "./tree.js";

const PATIENCE_MS = 10000;

const labs = new Map(); // mounted parentElement -> its lab
let spare = null; // a lab that lost its place, and the timer that ends it

function takeSpare(parent) {
  if (!spare) return null;
  clearTimeout(spare.timer);
  const { lab } = spare;
  spare = null;
  lab.move(parent);
  return lab;
}

function leave(parent) {
  const lab = labs.get(parent);
  labs.delete(parent);
  if (!lab || lab.root.parentNode !== parent) return;
  if (spare) {
    clearTimeout(spare.timer);
    spare.lab.destroy();
  }
  lab.clock.stop();
  const timer = setTimeout(() => {
    spare = null;
    lab.destroy();
  }, PATIENCE_MS);
  spare = { lab, timer };
}

export default function mount({ data, parentElement, setStateValue, setTriggerValue }) {
  const lab = labs.get(parentElement) ?? takeSpare(parentElement) ?? new Lab(parentElement);
  labs.set(parentElement, lab);
  lab.receive(decode(data), { setStateValue, setTriggerValue });
  return undoing(parentElement, () => leave(parentElement));
}
