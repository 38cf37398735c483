"""The quiz: six questions from an article, and how the reader stands in the quizzes of all labs."""

import streamlit as st

from bnviz.ui.frame import begin
from bnviz.ui.messages import text
from bnviz.ui.quiz import quiz_page
from bnviz.ui.share import head

begin()
head("quiz")
st.caption(text("quiz.page_intro"))
quiz_page()
