// A picture of the player on white paper: a view of its own, in light colours, of the frame that the reader sees.

import { FONT } from "./pen.js";
import { vegaConfig } from "./theme.js";

const WIDE = 1000; // px of all views side by side
const HALF = 640;
const LIGHT = { ink: "#0f172a", paper: "#ffffff", font: FONT };
const CHILD_WIDTH = /^(concat_\d+_)*(child_w|childW|w)idth$/; // of facets and concatenations
const COLOR = /#[0-9a-f]{6}\b/g;

/** The same with other colours and with the fonts that a file has. */
function repainted(part, colors) {
  return JSON.parse(JSON.stringify(part), (name, value) => {
    if (name === "font" || name === "labelFont" || name === "titleFont") return FONT;
    return typeof value === "string" ? value.replace(COLOR, (color) => colors[color] ?? color) : value;
  });
}

/** The picture as {width, height, svg}. */
export async function drawn(vega, look, material, { recording, frame, half, colors }) {
  const known = look.paper in colors ? colors : {}; // drawn on the ground of the dark theme
  const view = new vega.View(vega.parse(repainted(look.spec, known), vegaConfig(LIGHT)), { renderer: "none", logLevel: 1 });
  const signals = new Set((look.spec.signals ?? []).map((signal) => signal.name));
  for (const name of ["ink", "paper"]) if (signals.has(name)) view.signal(name, LIGHT[name]);
  if (signals.has("step")) view.signal("step", recording.steps[frame]);
  const widths = [...signals].filter((name) => CHILD_WIDTH.test(name));
  const space = Math.round(((half ? HALF : WIDE) - 60) / Math.max(1, look.columns[0])) - 16;
  for (const name of widths.length ? widths : ["width"]) view.signal(name, space);
  for (const table of material.tables) view.data(table.dataset, repainted(table.allRows(frame, recording.steps), known));
  await view.runAsync();
  const svg = await view.toSVG();
  view.finalize();
  const [, width, height] = svg.match(/width="([\d.]+)" height="([\d.]+)"/).map(Number);
  return { width, height, svg };
}
