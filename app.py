"""bnviz: what normalization does to a neural network. Start with `streamlit run app.py`."""

from bnviz.ui.frame import navigation

navigation()
