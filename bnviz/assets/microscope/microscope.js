// A norm layer under the microscope. One stage a mounted place; reruns hand it new numbers.

import { undoing } from "../player/place.js";
import { Stage } from "./stage.js";

const stages = new WeakMap();

export default function mount({ data, parentElement, setStateValue }) {
  const stage = stages.get(parentElement) ?? new Stage(parentElement);
  stages.set(parentElement, stage);
  stage.receive(data, setStateValue);
  return undoing(parentElement, () => {
    stage.stop();
    clearTimeout(stage.reporting);
    stage.root.remove();
    stages.delete(parentElement);
  });
}
