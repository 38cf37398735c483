// The component that Streamlit calls for every message, with the same parentElement as long as it stays mounted.
//
// Now and then Streamlit takes a component off the page and puts it back: when a tick of a fragment interrupts the one
// before it, or when the layout around it changes. The new place may come before the old one goes, or after. So a stage
// outlives its place: a mount in the same place, or one of the same run with a picture in common, takes it over,
// whichever order they come in, and a stage that has lost its last place waits a while before it ends.

import { decode } from "./payload.js";
import { undoing } from "./place.js";
import { Stage } from "./stage.js";

const PATIENCE_MS = 10000; // a busy server may take seconds to put it back

const stages = new Map(); // every mounted parentElement -> its stage; a moving stage has two for a moment
const waiting = new Map(); // stage that lost its last place -> timer that ends it

function isSame(stage, message) {
  return stage.recording.runId === message.run && message.pictures.some(({ id }) => stage.pictures.has(id));
}

function takeOver(message, parent) {
  const left = [...waiting.keys()];
  const stage =
    left.find((other) => other.root.parentNode === parent) ??
    [...left, ...stages.values()].find((other) => isSame(other, message));
  if (!stage) return null;
  clearTimeout(waiting.get(stage));
  waiting.delete(stage);
  if (stage.root.parentNode !== parent) stage.move(parent);
  return stage;
}

function leave(parent) {
  const stage = stages.get(parent);
  stages.delete(parent);
  if (!stage || stage.root.parentNode !== parent) return;
  const other = [...stages.keys()].find((place) => stages.get(place) === stage);
  if (other) return stage.move(other);
  stage.clock.stop();
  const end = () => {
    waiting.delete(stage);
    stage.destroy();
  };
  waiting.set(stage, setTimeout(end, PATIENCE_MS));
}

export default function mount({ data, parentElement, setStateValue, setTriggerValue }) {
  const message = decode(data);
  const stage = stages.get(parentElement) ?? takeOver(message, parentElement) ?? new Stage(parentElement);
  stages.set(parentElement, stage);
  stage.receive(message, { setStateValue, setTriggerValue });
  return undoing(parentElement, () => leave(parentElement));
}
