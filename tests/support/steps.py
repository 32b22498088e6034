"""Counts the work of a regular expression: a plain matcher that backtracks as that of the standard library does.

The library's matcher is C and counts nothing. This one goes the same way through the same parsed pattern, alternative by
alternative, and counts each look at a character or a position. What the library does by look-up tables or for a literal
beginning is less work, never more.
"""

import re
import sys
import threading
from re import _constants as sre
from re import _parser


class _Steps:
    def __init__(self, text, flags, most):
        self.text, self.flags, self.most, self.count = text, flags, most, 0
        self.groups = {}

    def tick(self):
        self.count += 1
        if self.count > self.most:
            raise OverflowError

    def one(self, op, argument, at):
        """Whether one character matches."""
        self.tick()
        if at >= len(self.text):
            return False
        if op is sre.ANY:
            return bool(self.flags & re.DOTALL) or self.text[at] != "\n"
        letter = ord(self.text[at])
        letters = {letter}
        if self.flags & re.IGNORECASE:
            letters |= {ord(one[0]) for one in (chr(letter).lower(), chr(letter).upper()) if one}
        if op is sre.LITERAL:
            return argument in letters
        if op is sre.NOT_LITERAL:
            return argument not in letters
        negated = argument[0][0] is sre.NEGATE
        return any(self.among(argument, one) for one in letters) != negated

    @staticmethod
    def among(items, letter):
        kinds = {
            sre.CATEGORY_SPACE: str.isspace,
            sre.CATEGORY_DIGIT: str.isdecimal,
            sre.CATEGORY_WORD: lambda one: one.isalnum() or one == "_",
        }
        opposites = {
            sre.CATEGORY_NOT_SPACE: sre.CATEGORY_SPACE,
            sre.CATEGORY_NOT_DIGIT: sre.CATEGORY_DIGIT,
            sre.CATEGORY_NOT_WORD: sre.CATEGORY_WORD,
        }
        for op, argument in items:
            if op is sre.LITERAL and argument == letter:
                return True
            if op is sre.RANGE and argument[0] <= letter <= argument[1]:
                return True
            if op is sre.CATEGORY:
                kind = kinds[opposites.get(argument, argument)](chr(letter))
                if kind != (argument in opposites):
                    return True
        return False

    def match(self, nodes, at, then):  # noqa: C901 - a case for each kind of node
        """Match a sequence of nodes from a place on, and then the rest."""
        if not nodes:
            return then(at)
        (op, argument), rest = nodes[0], nodes[1:]
        if op in {sre.LITERAL, sre.NOT_LITERAL, sre.ANY, sre.IN}:
            return self.one(op, argument, at) and self.match(rest, at + 1, then)
        self.tick()

        def go_on(end):
            return self.match(rest, end, then)

        if op is sre.SUBPATTERN:
            group, _, _, inner = argument

            def close(end):
                before = self.groups.get(group)
                self.groups[group] = (at, end)
                if go_on(end):
                    return True
                self.groups[group] = before
                return False

            return self.match(list(inner), at, close)
        if op is sre.ATOMIC_GROUP:
            ends = []
            self.match(list(argument), at, lambda end: ends.append(end) or True)
            return bool(ends) and go_on(ends[0])
        if op is sre.BRANCH:
            return any(self.match(list(branch), at, go_on) for branch in argument[1])
        if op in {sre.ASSERT, sre.ASSERT_NOT}:
            found = self.looked(argument, at)
            return (found == (op is sre.ASSERT)) and go_on(at)
        if op is sre.AT:
            return self.holds(argument, at) and go_on(at)
        if op is sre.GROUPREF:
            start, end = self.groups[argument]
            piece = self.text[start:end]
            return self.text.startswith(piece, at) and go_on(at + len(piece))
        return self.repeat(op, argument, at, go_on)

    def looked(self, argument, at):
        direction, inner = argument
        if direction > 0:
            return self.match(list(inner), at, lambda _: True)
        width = inner.getwidth()[0]
        return at >= width and self.match(list(inner), at - width, lambda end: end == at)

    def holds(self, where, at):
        if where in {sre.AT_BEGINNING, sre.AT_BEGINNING_STRING}:
            return at == 0
        if where in {sre.AT_END, sre.AT_END_STRING}:
            return at == len(self.text)
        word = [
            0 <= place < len(self.text) and (self.text[place].isalnum() or self.text[place] == "_")
            for place in (at - 1, at)
        ]
        return (word[0] != word[1]) == (where is sre.AT_BOUNDARY)

    def repeat(self, op, argument, at, go_on):  # noqa: C901 - a case for each kind of repetition
        least, most, inner = argument
        inner = list(inner)
        if len(inner) == 1 and inner[0][0] in {sre.LITERAL, sre.NOT_LITERAL, sre.ANY, sre.IN}:
            end = at
            if op is sre.MIN_REPEAT:
                while True:
                    if end - at >= least and go_on(end):
                        return True
                    if end - at >= most or not self.one(*inner[0], end):
                        return False
                    end += 1
            while end - at < most and self.one(*inner[0], end):
                end += 1
            if op is sre.POSSESSIVE_REPEAT:
                return end - at >= least and go_on(end)
            return any(go_on(place) for place in range(end, at + least - 1, -1))
        if op is sre.POSSESSIVE_REPEAT:
            times = 0
            while times < most:
                ends = []
                if not self.match(inner, at, lambda end, ends=ends: ends.append(end) or True):
                    break
                times += 1
                if ends[0] == at:
                    break
                at = ends[0]
            return times >= least and go_on(at)

        def again(times, place):
            def more(end):
                return (end > place or times < least) and again(times + 1, end)

            if op is sre.MIN_REPEAT:
                return (times >= least and go_on(place)) or (
                    times < most and self.match(inner, place, more)
                )
            return (times < most and self.match(inner, place, more)) or (
                times >= least and go_on(place)
            )

        return again(0, at)


def steps(pattern, text, most, *, everywhere=True):
    """How many looks it takes to find all matches of a compiled pattern in a text, or one at its beginning alone.

    More than ``most`` are not counted.
    """
    source, text = (
        one.decode("latin-1") if isinstance(one, bytes) else one for one in (pattern.pattern, text)
    )
    flags = pattern.flags & ~re.UNICODE
    nodes = list(_parser.parse(source, flags))
    run = _Steps(text, flags | _inline(source, flags), most)

    def search():
        at = 0
        try:
            while at <= len(text):
                ends = []
                run.groups = {}
                run.match(nodes, at, lambda end, ends=ends: ends.append(end) or True)
                at = max(ends[0], at + 1) if ends else at + 1
                if not everywhere:
                    break
        except OverflowError:
            pass

    _deeply(search)
    return run.count


def _inline(source, flags):
    return _parser.parse(source, flags).state.flags


def _deeply(work):
    """Run what recurses once for each character."""
    size, limit = threading.stack_size(512 << 20), sys.getrecursionlimit()
    sys.setrecursionlimit(1_000_000)
    try:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(size)
        sys.setrecursionlimit(limit)


def python_lines(work):
    """How many lines of Python a piece of work runs, in all threads."""
    count = 0

    def trace(_frame, event, _argument):
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    threading.settrace(trace)
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
        threading.settrace(before)
    return count
