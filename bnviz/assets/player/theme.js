// Streamlit's theme, read from its CSS variables, as defaults for Vega. What a specification says itself wins.

/** Return the colours and fonts in force at an element. */
export function readTheme(element) {
  const style = getComputedStyle(element);
  const value = (name, fallback) => {
    const text = style.getPropertyValue(name).trim();
    return text && text !== "unset" ? text : fallback;
  };
  return {
    ink: value("--st-text-color", "#31333f"),
    paper: value("--st-background-color", "#ffffff"),
    font: value("--st-font", "sans-serif"),
  };
}

/** Return a Vega config: quiet axes, no frames, text in the colour of the page. */
export function vegaConfig({ ink, font }) {
  return {
    font,
    background: "transparent",
    axis: {
      domainColor: ink,
      domainOpacity: 0.35,
      tickColor: ink,
      tickOpacity: 0.35,
      tickSize: 4,
      gridColor: ink,
      gridOpacity: 0.1,
      labelColor: ink,
      labelOpacity: 0.75,
      labelFontSize: 12,
      labelPadding: 4,
      titleColor: ink,
      titleFontSize: 12,
      titleFontWeight: 400,
      titlePadding: 8,
    },
    legend: {
      labelColor: ink,
      labelFontSize: 12,
      titleColor: ink,
      titleFontSize: 12,
      titleFontWeight: 400,
      symbolStrokeWidth: 2,
    },
    title: { color: ink, subtitleColor: ink, fontWeight: 600, fontSize: 13 },
    style: {
      cell: { stroke: "transparent" },
      "guide-label": { fill: ink, font, fontSize: 12 },
      "guide-title": { fill: ink, font, fontSize: 12, fontWeight: 400 },
      "group-title": { fill: ink, font, fontSize: 13, fontWeight: 600 },
      "group-subtitle": { fill: ink, font, fontSize: 12 },
      text: { fill: ink, font },
    },
  };
}
