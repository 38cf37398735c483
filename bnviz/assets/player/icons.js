// The icons of the controls, 24 by 24, drawn with shapes only.

const PATHS = {
  first: "M7 5v14M19 5.5v13L9 12z",
  last: "M17 5v14M5 5.5v13L15 12z",
  play: "M7 4.5v15l13-7.5z",
  pause: "M7 5h3.5v14H7zM13.5 5H17v14h-3.5z",
  back: "M14.5 6l-6 6 6 6",
  forward: "M9.5 6l6 6-6 6",
  epochBack: "M12 6l-6 6 6 6M18.5 6l-6 6 6 6",
  epochForward: "M12 6l6 6-6 6M5.5 6l6 6-6 6",
  download: "M12 4v11M7.5 10.5L12 15l4.5-4.5M5 19.5h14",
};
const FILLED = new Set(["first", "last", "play", "pause"]);
const SVG = "http://www.w3.org/2000/svg";

/** Return an icon as an SVG element that screen readers skip. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.toggle("filled", FILLED.has(name));
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}
