"""The lessons: what there is, and where to begin or go on."""

import streamlit as st

from bnviz.ui import all_lessons
from bnviz.ui.frame import begin
from bnviz.ui.messages import text
from bnviz.ui.share import head

begin()
all_lessons.take_link()
head("lessons")
st.caption(text("lessons.intro"))
all_lessons.show()
