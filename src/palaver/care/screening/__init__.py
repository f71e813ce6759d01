"""The last layer of crisis judgement: a model that an operator chose is asked six questions about somebody's words."""
