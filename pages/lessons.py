"""The lessons: what there is, and where to begin or go on."""

import streamlit as st

from bnviz.ui import all_lessons
from bnviz.ui.frame import begin
from bnviz.ui.messages import text

begin()
all_lessons.take_link()
st.title(text("app.lessons_title"))
st.caption(text("lessons.intro"))
all_lessons.show()
