"""Pictures: recordings and arrays in, Altair charts or Plotly figures out."""

from bnviz.plots.accuracy import accuracy
from bnviz.plots.axes import block_message
from bnviz.plots.bands import bands
from bnviz.plots.curves import loss
from bnviz.plots.digits import digit_sample
from bnviz.plots.figure import Column, Figure, FrameTable, SeriesTable
from bnviz.plots.histograms import histograms
from bnviz.plots.layers import gradients, maxima, saturation, updates
from bnviz.plots.maps import decision_maps
from bnviz.plots.table import results, waiting
from bnviz.plots.units import gamma_beta

__all__ = [
    "Column",
    "Figure",
    "FrameTable",
    "SeriesTable",
    "accuracy",
    "bands",
    "block_message",
    "decision_maps",
    "digit_sample",
    "gamma_beta",
    "gradients",
    "histograms",
    "loss",
    "maxima",
    "results",
    "saturation",
    "updates",
    "waiting",
]
