"""Inside the layer: a norm under the microscope, forwards and backwards, on batches of all kinds."""

from bnviz.ui import layer
from bnviz.ui.frame import begin
from bnviz.ui.messages import text
from bnviz.ui.notation import notation_panel
from bnviz.ui.quiz import quiz_panel
from bnviz.ui.scenario_panel import guide
from bnviz.ui.share import head

begin()
head("layer")
layer.take_link()
guide("layer", intro=text("layer.intro"))
layer.show()
quiz_panel("layer")
notation_panel()
