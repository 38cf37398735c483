"""The mathematics and the training: no Streamlit, no charts."""
