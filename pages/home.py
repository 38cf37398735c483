"""The address without a page: leads to the training lab."""

from bnviz.ui.frame import begin, go_to_train

begin()
go_to_train()
