"""What the networks are told: of a token as a possible cue, and of a cue and a token together.

Both functions give (features, n) row numbers of a network's table, see ``hashing``. Words count
only where the vocabulary knows them: a rare word is described by its tag, place and company.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from annotations.detection.attribution.hashing import Codes, Columns, Values
from annotations.detection.attribution.sheet import DEP_NUMBER, Ints
from annotations.detection.attribution.view import NO_WORD, View, bucket, shifted

_NSUBJ, _PASSIVE = DEP_NUMBER["nsubj"], DEP_NUMBER["nsubj:pass"]
_OBJ, _CCOMP, _XCOMP = DEP_NUMBER["obj"], DEP_NUMBER["ccomp"], DEP_NUMBER["xcomp"]
_NMOD, _CASE, _MARK = DEP_NUMBER["nmod"], DEP_NUMBER["case"], DEP_NUMBER["mark"]
_AUX, _AUX_PASS, _POSS = DEP_NUMBER["aux"], DEP_NUMBER["aux:pass"], DEP_NUMBER["nmod:poss"]
_TOLD = tuple(
    DEP_NUMBER[name]
    for name in [
        "nsubj",
        "nsubj:pass",
        "obj",
        "ccomp",
        "xcomp",
        "advcl",
        "parataxis",
        "mark",
        "nmod",
        "nmod:poss",
        "aux:pass",
        "acl",
        "cop",
        "case",
        "det",
    ]
)
_CLAUSAL = tuple(DEP_NUMBER[name] for name in ["ccomp", "xcomp", "parataxis", "obj", "dep", "nmod"])
_FRAME = tuple(
    DEP_NUMBER[name]
    for name in ["nsubj", "nsubj:pass", "obj", "ccomp", "xcomp", "parataxis", "advcl"]
)


def _take(values: Values, at: Ints) -> Codes:
    """Values at indices, where an index below 0 means that there is none."""
    return np.where(at >= 0, values[np.maximum(at, 0)].astype(np.uint32), NO_WORD)


def _child(v: View, dep: int, at: Ints) -> Ints:
    """The child of each token that has a relation to it, -1 where there is no token or child."""
    return np.where(at >= 0, v.child[dep][np.maximum(at, 0)], np.int32(-1))


def _which(children: npt.NDArray[np.int64], deps: tuple[int, ...]) -> Codes:
    found = np.zeros(len(children), dtype=np.uint32)
    for bit, dep in enumerate(deps):
        found |= ((children >> dep) & 1).astype(np.uint32) << np.uint32(bit)
    return found


def cue_features(v: View, at: Ints, bits: int) -> Codes:
    """Tokens ``at`` as possible heads of cues, in a table of two to the ``bits`` rows."""
    s = v.sheet
    c = Columns(len(at), bits)
    sentence, quote = s.sentence, v.near_quote[at]
    mark = v.mark.astype(np.uint32)
    head = s.head[at]
    lemma, low, tag, dep = v.lemma[at], v.lower[at], s.tag[at], s.dep[at].astype(np.uint32)
    head_lemma = np.where(head == at, NO_WORD, v.lemma[head])
    head_dep = s.dep[head]
    told, clausal = _which(v.children[at], _TOLD), _which(v.children[at], _CLAUSAL)
    subject = np.where(v.child[_NSUBJ][at] >= 0, v.child[_NSUBJ][at], v.child[_PASSIVE][at])
    ccomp, nmod, obj = v.child[_CCOMP][at], v.child[_NMOD][at], v.child[_OBJ][at]
    obj_lemma = _take(v.lemma, obj)
    prev, following = (shifted(v.lower, sentence, by)[at] for by in (-1, 1))
    prev2, following2 = (shifted(v.lower, sentence, by)[at] for by in (-2, 2))
    tag_prev, tag_next, tag_next2 = (shifted(s.tag, sentence, by)[at] for by in (-1, 1, 2))
    mark_prev, mark_next = (shifted(mark, sentence, by)[at] for by in (-1, 1))
    from_start = bucket(at - s.firsts[sentence[at]])
    to_end = bucket(s.firsts[sentence[at] + 1] - 1 - at)
    c.add(lemma)
    c.add(low)
    c.add(tag)
    c.add(dep)
    c.add(lemma, dep)
    c.add(lemma, tag)
    c.add(tag, dep, s.tag[head])
    c.add(head_lemma)
    c.add(head_lemma, dep)
    c.add(prev)
    c.add(following)
    c.add(prev2)
    c.add(following2)
    c.add(tag_prev, tag, tag_next)
    c.add(tag_next, tag_next2)
    c.add(low, following)
    c.add(prev, low)
    c.add(low, tag_next)
    c.add(told)
    c.add(told, tag)
    c.add(clausal, lemma)
    c.add(_take(v.lemma, subject), tag)
    c.add(_take(s.entity, subject), _take(s.tag, subject), tag)
    c.add(lemma, _take(s.entity, subject), subject >= 0)
    c.add(_take(s.tag, ccomp), _take(v.lemma, _child(v, _MARK, ccomp)), tag)
    c.add(_take(v.lemma, ccomp))
    c.add(lemma, _take(v.lemma, _child(v, _CASE, nmod)))
    c.add(lemma, obj_lemma)
    c.add(obj_lemma, tag)
    c.add(lemma, _take(v.lemma, v.child[_XCOMP][at]))
    c.add(lemma, _take(v.lemma, v.child[_CASE][at]))
    c.add(_take(v.lemma, v.child[_AUX][at]), _take(v.lemma, v.child[_AUX_PASS][at]), lemma)
    c.add(_take(v.lemma, v.child[_POSS][at]), lemma)
    c.add(quote, tag)
    c.add(quote, lemma)
    c.add(quote, mark_prev, mark_next, tag)
    c.add(head_dep, dep, head_lemma)
    c.add(s.cased[at], dep, from_start)
    c.add(from_start, to_end, tag)
    c.add(mark_prev, mark_next, lemma)
    c.add(_take(v.lemma, v.child[_MARK][at]), tag)
    c.add(s.entity[at], tag)
    return c.rows()


def role_features(v: View, cues: Ints, cue: Ints, token: Ints, bits: int) -> Codes:
    """Pairs of a cue and a token of the same sentence, in a table of two to the ``bits`` rows.

    ``cues``: sheet indices of the heads of all cues; ``cue`` and ``token``: (pairs,) sheet
    indices.
    """
    s = v.sheet
    n = len(s)
    c = Columns(len(cue), bits)
    above_cue, above = s.ancestors[cue], s.ancestors[token]
    # Ways down from one root agree up to where they part.
    shared = ((above_cue == above) & (above >= 0)).sum(axis=1, dtype=np.int32)
    joined = shared > 0
    up = np.minimum(np.where(joined, s.depth[cue] - shared + 1, 9), 5).astype(np.uint32)
    down = np.minimum(np.where(joined, s.depth[token] - shared + 1, 9), 4).astype(np.uint32)
    pair = np.arange(len(cue))
    last = above.shape[1] - 1

    def along(table: Ints, step: int) -> Ints:
        found = np.where(shared + step <= last, table[pair, np.minimum(shared + step, last)], -1)
        return np.where(joined, found, np.int32(-1)).astype(np.int32)

    branch, below, own = along(above, 0), along(above, 1), along(above_cue, 0)
    meeting = np.where(joined, above[pair, np.maximum(shared - 1, 0)], -1).astype(np.int32)
    branch_dep, below_dep, own_dep = (_take(s.dep, node) for node in (branch, below, own))
    side = ((token > cue) + np.uint32(2) * (token == cue)).astype(np.uint32)
    branch_side = np.where(branch >= 0, branch > cue, 2).astype(np.uint32)
    is_cue = np.zeros(n, dtype=bool)
    is_cue[cues] = True
    # Another cue on the way down to the token: its words are likelier that one's.
    cues_above = np.cumsum(is_cue[np.maximum(above, 0)] & (above >= 0), axis=1, dtype=np.int32)
    upto = np.where(joined, cues_above[pair, np.maximum(shared - 1, 0)], 0)
    between = (cues_above[:, -1] - upto > 0).astype(np.uint32)
    counted = np.cumsum(is_cue, dtype=np.int32)
    cues_apart = np.minimum(np.abs(counted[token] - counted[cue]), 3).astype(np.uint32)
    commas = np.minimum(np.abs(v.commas[token] - v.commas[cue]), 4).astype(np.uint32)
    commas = commas * np.uint32(2) + side
    quote_state = (
        np.minimum(s.quote[token], 1)
        + 2 * np.minimum(s.quote[cue], 1)
        + 4 * (s.quote[token] == s.quote[cue])
        + 8 * s.long_quote[token]
        + 16 * (v.near_quote[cue] >= 12)
    ).astype(np.uint32)
    gap = bucket(token - cue).astype(np.uint32)
    sentence = s.sentence
    mark = v.mark.astype(np.uint32)
    quoted = np.minimum(s.quote, 1).astype(np.uint32) + np.uint32(4)
    low, tag, dep = v.lower[token], s.tag[token], s.dep[token].astype(np.uint32)
    prev, following = (shifted(v.lower, sentence, by)[token] for by in (-1, 1))
    tag_prev, tag_next = (shifted(s.tag, sentence, by)[token] for by in (-1, 1))
    mark_prev, mark_next = (shifted(mark, sentence, by)[token] for by in (-1, 1))
    quote_prev, quote_next = (shifted(quoted, sentence, by)[token] for by in (-1, 1))
    mark_here = mark[token]
    lemma_c, tag_c, dep_c = v.lemma[cue], s.tag[cue], s.dep[cue].astype(np.uint32)
    frame = _which(v.children, _FRAME)[cue]
    branch_lemma = _take(v.lemma, branch)
    case_lemma = _take(v.lemma, _child(v, _CASE, branch))
    up_down = up * np.uint32(8) + down
    up_dep = up * np.uint32(64) + branch_dep
    first, beyond = s.firsts[sentence[token]], s.firsts[sentence[token] + 1]
    from_start, to_end = bucket(token - first), bucket(beyond - 1 - token)
    c.add(up_down, branch_dep, side)
    c.add(up_down, branch_dep, own_dep, side)
    c.add(up_dep, below_dep, side)
    c.add(up_dep, lemma_c, branch_side)
    c.add(up_dep, tag_c, dep_c)
    c.add(up_dep, frame, side)
    c.add(own_dep, branch_dep, branch_side, tag_c)
    c.add(up_dep, case_lemma, tag_c)
    c.add(up_dep, case_lemma, lemma_c)
    c.add(up_dep, _take(v.lemma, _child(v, _MARK, branch)))
    c.add(up_dep, branch_lemma)
    c.add(branch_dep, _take(s.tag, branch), tag_c, branch_side)
    c.add(up_dep, _take(s.entity, branch))
    c.add(up_dep, below_dep, dep, down)
    c.add(dep, tag, up_down)
    c.add(lemma_c, side, gap)
    c.add(lemma_c, frame, side)
    c.add(lemma_c, up_down, side)
    c.add(gap, tag_c)
    c.add(gap, dep, tag)
    c.add(gap, low)
    c.add(low, side, up_down)
    c.add(low, prev, side)
    c.add(low, following, side)
    c.add(prev, side, tag)
    c.add(following, side, tag)
    c.add(tag_prev, tag, tag_next, side)
    c.add(mark_prev, mark_next, mark_here, side, quote_state)
    c.add(quote_state, side, up)
    c.add(quote_state, quote_prev, quote_next, mark_here, side)
    c.add(quote_state, up_dep, side)
    c.add(quote_state, tag_c, frame, side)
    c.add(commas, quote_state)
    c.add(commas, up_dep)
    c.add(commas, frame, up)
    c.add(between, cues_apart, side, up_down)
    c.add(between, up_dep, cues_apart)
    c.add(is_cue[token], dep, side, up_down)
    c.add(_take(v.lemma, meeting), up_dep)
    c.add(_take(v.lemma, own), up, own_dep)
    c.add(s.entity[token], s.cased[token], side, up)
    c.add(from_start, to_end, side, mark_here)
    c.add(from_start, tag_c, dep_c, mark[first])
    c.add(bucket(cue - first), frame, side, quote_state)
    c.add(dep_c, frame, up_dep)
    c.add(dep_c, tag_c, side, gap)
    return c.rows()
