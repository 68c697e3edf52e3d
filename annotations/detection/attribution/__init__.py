"""Who says what, learnt: cues, their sources and what is attributed to them, with the speaker.

``sheet`` reads a parsed doc into arrays; ``features`` describes its tokens as possible cues, and
pairs of a cue and a token; ``network`` scores both; ``decoding`` turns scores into spans;
``continuation`` follows a quotation over sentences; ``speakers`` names who is meant; ``component``
is the spaCy pipe and ``training`` teaches it. Modules import only those named before them.
"""
