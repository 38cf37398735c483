"""The run store: one training for everyone who asks for the same experiment."""
