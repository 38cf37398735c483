"""Pictures: arrays in, Altair charts or Plotly figures out."""
