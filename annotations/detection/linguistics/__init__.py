"""What the words of a text are: sentences, tags, lemmas, parse and entities, all learnt.

The components share one convolutional layer (spaCy's ``tok2vec``) and are trained together on a
treebank and on news (``annotations.detection.training.linguistics``).
"""
