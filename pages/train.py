"""Train live: small networks side by side, with and without normalization."""

from functools import partial

from bnviz.ui import compare, lab, live, take_home
from bnviz.ui.controls import current, experiment_controls
from bnviz.ui.frame import begin, is_dark
from bnviz.ui.marks import marks
from bnviz.ui.messages import text
from bnviz.ui.notation import notation_panel_alone
from bnviz.ui.quiz import quiz_panel
from bnviz.ui.scenario_panel import guide
from bnviz.ui.share import head
from bnviz.ui.view import choose_view

begin()
head("train")
lab.take_link()
guide("train", intro=text("train.intro"))
experiment = experiment_controls(marks(current(), dark=is_dark()))
view = choose_view(experiment)
run = live.open_run(experiment)
band = live.open_band(experiment, view)
write = partial(lab.write_link, experiment, view)
live.show_run(run, view, band=band, dark=is_dark(), after=write)
lab.show_results(run)
compare.show(run, dark=is_dark(), after=write)
take_home.panel(run, view, band=band)
quiz_panel("train")
notation_panel_alone()
