// The component that Streamlit calls for every message, with the same parentElement as long as it stays mounted.
//
// Now and then Streamlit takes a component off the page and puts it back at once: when a tick of a fragment interrupts
// the one before it. So a stage that lost its place waits a moment, and the next mount of the same run takes it over.
// Where the new place comes before the old one goes, the mount with the same key takes the stage from there.

import { decode } from "./payload.js";
import { Stage } from "./stage.js";

const PATIENCE_MS = 10000; // a busy server may take seconds to put it back

const stages = new Map(); // parentElement -> stage
const waiting = new Map(); // stage that lost its place -> timer that ends it

function takeOver(run, key, parent) {
  for (const [stage, timer] of waiting) {
    if (stage.recording.runId !== run) continue;
    clearTimeout(timer);
    waiting.delete(stage);
    stage.move(parent);
    return stage;
  }
  for (const [place, stage] of stages) {
    if (key === undefined || stage.key !== key || stage.recording.runId !== run) continue;
    stages.delete(place);
    stage.move(parent);
    return stage;
  }
  return null;
}

function leave(parent) {
  const stage = stages.get(parent);
  if (!stage) return;
  stages.delete(parent);
  stage.clock.stop();
  const end = () => {
    waiting.delete(stage);
    stage.destroy();
  };
  waiting.set(stage, setTimeout(end, PATIENCE_MS));
}

export default function mount({ data, key, parentElement, setStateValue, setTriggerValue }) {
  const message = decode(data);
  const stage = stages.get(parentElement) ?? takeOver(message.run, key, parentElement) ?? new Stage(parentElement);
  stage.key = key;
  stages.set(parentElement, stage);
  stage.receive(message, { setStateValue, setTriggerValue });
  return () => leave(parentElement);
}
