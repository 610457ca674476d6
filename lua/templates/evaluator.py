#!/usr/bin/env python3
"""NAME - a worker that scores candidates: it is started once and stays (protocol ganas-eval/1).

In a recipe that stands beside it:
    evaluate = { "worker", "python3", "NAME.py", workers = 2, timeout = 600 },

Each worker is a process of its own, so whatever takes long to load (PyTorch, the data) is loaded
once, at the top of this file. To try it by hand, without a search:
    echo '{"id":1,"arch":"x","seed":1,"graph":{"ops":["input","conv3","output"],"edges":[[0,1],[1,2]]}}' |
        python3 NAME.py

'ganas-lua help evaluators' has the rules, and names examples, one of which trains with PyTorch.
"""
import json
import math
import os
import random
import sys
import traceback


class Infeasible(Exception):
    """Raised for a candidate that can't be evaluated: it costs no query, and the search goes on."""


def evaluate(arch, ops, edges, seed, budget):
    """The score of one candidate, more being better, and any other numbers by name.

    arch     its official string
    ops      its operations by node: ["input", "conv3", ..., "output"]
    edges    [[0, 1], ...]: node 1 reads node 0
    seed     the same whenever this candidate is evaluated in this search
    budget   the recipe's budget = ..., such as epochs; None where it has none

    An exception makes the candidate a failed one: its text and line are kept, and the search goes on.
    What is printed, and the traceback, go to RUN/trials/worker-1.err.
    """
    random.seed(seed)
    steps = [op for op in ops if op not in ("input", "output")]
    if not edges:
        raise Infeasible("nothing reads the input")
    # Your training is here; this formula stands for it.
    score = sum(len(op) / place for place, op in enumerate(steps, 1))
    return score, {"operations": len(steps), "links": len(edges)}


# ---- the protocol: a line of JSON in, a line of JSON out ----

def open_channel():
    """The line out. From now on print() goes to stderr: no library's output is taken for an answer."""
    channel = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    return channel


def described(error):
    """NAME.py:52: NameError: ...: where in this file an exception came from, or came through."""
    text = "%s: %s" % (type(error).__name__, error)
    own = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == __file__]
    return "%s:%d: %s" % (os.path.basename(__file__), own[-1].lineno, text)


def answer(request):
    graph = request["graph"]
    try:
        score, metrics = evaluate(
            request["arch"], graph["ops"], graph["edges"], request["seed"], request.get("budget"))
    except Infeasible as reason:
        return {"status": "infeasible", "error": str(reason)}
    except Exception as error:
        traceback.print_exc()
        return {"status": "error", "error": described(error)}
    if not math.isfinite(score):
        return {"status": "error", "error": "the score is %s" % score}
    return {"status": "ok", "value": score, "metrics": metrics}


def main():
    channel = open_channel()
    print(json.dumps({"hello": 1, "protocol": "ganas-eval/1"}), file=channel)
    for line in sys.stdin:
        request = json.loads(line)
        print(json.dumps(dict(answer(request), id=request["id"])), file=channel)


main()
