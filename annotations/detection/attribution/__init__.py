"""Who says what, learnt: cues, their sources and what is attributed to them, with the speaker.

``sheet`` reads a parsed doc into arrays, ``view`` adds what features need; ``features`` describes
tokens as possible cues, and pairs of a cue and a token, in rows that ``hashing`` numbers;
``network`` scores both; ``decoding`` turns scores into spans; ``continuation`` follows a quotation
over sentences; ``joining`` reads several texts as one; ``model`` holds what was learnt and uses
it; ``speakers`` names who is meant, ``pieces`` makes the spans; ``component`` is the spaCy pipe.
``targets`` and ``training`` teach the model.
"""
