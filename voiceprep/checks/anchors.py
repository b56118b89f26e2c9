"""Anchors: context, number, data, model, metric, constraint. Each needs something specific, not its name."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

from voiceprep.checks.case import Case, Check, Example
from voiceprep.checks.seek import (
    Place,
    content,
    figures,
    named,
    named_anyhow,
    near,
    own,
    said,
    sentence,
    shown,
    text_of,
    token_at,
)
from voiceprep.model import Evidence

_HOLLOW = re.compile(
    r"\b(?:good|great|better|best|high|very high|higher|improve[sd]?|improves? the|nice|fine|okay|whatever"
    r"|something|maybe|or something|these days|all that|super|powerful)\b"
)

# ------------------------------------------------------------------------------ context

_OWN = re.compile(
    r"\b(?:our|my last (?:job|company|team|project)|at work|at my (?:last|previous|old|current)|we (?:had"
    r"|did|ran|flew|shot|graded|built|shipped|used|deployed|sold|made|worked|filmed|inspected)|for (?:a"
    r"|one) (?:client|customer)"
    r"|in one project|at a (?:client|customer|company|plant|factory|hospital|startup)|i worked|we once"
    r"|i once)\b"
)
_MINE = re.compile(
    r"\b(?:(?:on|in|at|for|with|from) (?:our|my)|my|we (?:sell|resell|bake|brew|count|grow|build|make|run"
    r"|watch"
    r"|inspect|sort)|i (?:ran|come from|worked (?:on|at|for|with)|was (?:with|at))(?: (?:the|an?))?"
    r"|this was an?"
    r"|i do (?:a lot of )?)(?: old| first| last| own)? (?!(?:opinion|experience|view|case|team|head|mind"
    r"|rule|answer"
    r"|pick|choice|vote|boss|manager|lecturer|professor|teacher|colleague|day|favou?rite|guess|approach"
    r"|default"
    r"|understanding|own|it|them|this|that)\b)([a-z-]+)"
)
"""Something of the speaker's own: "on our chairlift", "we bake crispbread"."""
MIN_SCENE_CONTENT = 2
"""Words of content beside it, so that it is told what it has to do with the answer."""


def context(case: Case) -> tuple[Evidence, ...]:
    """A scene, product or dataset of the speaker's own, beyond what the question holds."""
    scenes = own(case, named(case, "scenes", listed_too=True))
    found = [here for here in scenes if _is_scene(case, here)]
    for here in said(case, _OWN):
        begin, end = sentence(case, here.sentence)
        if any(begin <= scene.token < end for scene in scenes):
            found.append(here)
    general = {here.token for here in named_anyhow(case, "general-words")}
    for here in said(case, _MINE):
        last = token_at(case, here.end - 1)
        begin, end = sentence(case, here.sentence)
        thing = content(case, last, last + 1)
        if thing and last not in general and len(content(case, begin, end)) > MIN_SCENE_CONTENT:
            found.append(here)
    found.sort(key=lambda here: here.start)
    return shown(case, *found[:3])


def _is_scene(case: Case, here: Place) -> bool:
    """A scene word with company: a bare "cats and dogs" is none."""
    begin, end = sentence(case, here.sentence)
    return len(content(case, begin, end)) >= 3


# ------------------------------------------------------------------------------ number


def number(case: Case) -> tuple[Evidence, ...]:
    """A figure and what it counts."""
    return shown(case, *(figure.place for figure in figures(case)[:4]))


# ---------------------------------------------------------------- data, model, metric, constraint


_COLLECTED = re.compile(
    r"\b(?:we|i|you|they)(?:'ve| have)?(?: only| got| just| perhaps| maybe| about)* (?:have|own|got"
    r"|collected|shot|labell?ed|annotated|gathered|recorded|filmed)\b"
)


COLLECTED_CHARACTERS = 12
"""How soon after "we have" the figure must come: "we've got only forty"."""
TRAIT_TOKENS = 8
"""How near a property must stand to what it is said of."""
COUNTED_TOKENS = 3
"""How soon after a figure the thing it counts must come: "forty night images"."""


def data(case: Case) -> tuple[Evidence, ...]:
    """A property of the images or labels: how many, how they look, whence they come, what is wrong."""
    traits = own(case, named(case, "data-traits"))
    counted = figures(case)
    ends = {figure.end_token + at for figure in counted for at in range(COUNTED_TOKENS)}
    found = []
    for here in named(case, "data-words"):
        beside = near(traits, here.token - TRAIT_TOKENS, here.token + TRAIT_TOKENS)
        is_described = any(
            abs(other.sentence - here.sentence) <= 1 and other.token != here.token for other in beside
        )
        if is_described or here.token in ends:
            found.append(here)
    starts = [figure.place.start for figure in counted]
    found += [
        here
        for here in said(case, _COLLECTED)
        if bisect_left(starts, here.start) < bisect_right(starts, here.end + COLLECTED_CHARACTERS)
    ]
    return shown(case, *found[:3])


def model(case: Case) -> tuple[Evidence, ...]:
    """A model by name or one of its parts, and what is done with it."""
    found = [here for here in own(case, named(case, "model-names")) if _about(case, here, 2)]
    found += [here for here in own(case, named(case, "model-parts")) if _about(case, here, 3)]
    return shown(case, *found[:3])


def _about(case: Case, here: Place, least: int) -> bool:
    begin, end = sentence(case, here.sentence)
    return len([at for at in content(case, begin, end) if at != here.token]) >= least


def metric(case: Case) -> tuple[Evidence, ...]:
    """A named measure with something it is measured on, compared with or split by."""
    found = []
    for here in own(case, named(case, "metrics")):
        begin, end = sentence(case, here.sentence)
        hollow = _HOLLOW.search(text_of(case, here.sentence))
        has_figure = any(begin <= figure.place.token < end for figure in figures(case))
        if _about(case, here, 2) and (has_figure or not hollow):
            found.append(here)
    return shown(case, *found[:3])


_MUST = re.compile(
    r"\b(?:has to|have to|had to|must|needs? to|can't|cannot|won't|doesn't fit|only (?:has|have|get|got)"
    r"|no more than|at most|below|under|within|before|limit(?:ed)?|budget|ceiling|cap|is out|gives us"
    r"|per (?:frame|part|image|second)|too (?:slow|big|late)|"
    r"tight|share[ds]?|fits?|runs? out)\b"
)


def constraint(case: Case) -> tuple[Evidence, ...]:
    """A limit with its figure or its hard consequence."""
    counted = {figure.place.sentence for figure in figures(case)}
    found = [
        here
        for here in [*named(case, "limit-words"), *named(case, "devices")]
        if here.sentence in counted or _MUST.search(text_of(case, here.sentence))
    ]
    return shown(case, *found[:3])


CHECKS = (
    Check(
        id="context",
        message="Nothing ties the answer to a product, a scene or a dataset.",
        authority="real-world examples count; a bare pair of classes is no context",
        find=context,
        hears=(Example("On a fish farm the water is murky and the light comes from above.", "fish"),),
        passes=("Cats and dogs.", "It works in general."),
        denied=("We have no hospital or clinic among them.",),
    ),
    Check(
        id="number",
        message="No figure was given.",
        authority="interview guides: specific numbers beat 'optimize for latency'",
        find=number,
        hears=(
            Example("That leaves about forty milliseconds.", "forty milliseconds"),
            Example("Recall went up, plus twelve points.", "twelve points"),
            Example("The input is two twenty-four by two twenty-four pixels.", "two twenty-four by"),
        ),
        passes=(
            "We used ResNet-50 in int8.",
            "One of them is faster.",
            "It's around two fifty-five, I believe.",
        ),
        denied=("There is no number in this.",),
    ),
    Check(
        id="data",
        message="Nothing specific was said about the data.",
        authority="interview guides: four anchors; labelled answers: a property of the images",
        find=data,
        hears=(Example("The night images are rare and half of them are blurred.", "images"),),
        passes=("We need data.", "Data is important."),
        denied=("The images are not dark.",),
    ),
    Check(
        id="model",
        message="Nothing specific was said about the model.",
        authority="interview guides: four anchors; labelled answers: a named model or part",
        find=model,
        hears=(Example("I start from a ResNet-50 with ImageNet weights.", "ResNet"),),
        passes=("I would use a good model.", "ResNet, VGG, Inception, U-Net."),
        denied=("I'd never train an EfficientNet on tissue slides.",),
    ),
    Check(
        id="metric",
        message="No measure was named.",
        authority="interview guides: four anchors; labelled answers: a named measure",
        find=metric,
        hears=(Example("I track recall on the night clips.", "recall"),),
        passes=("The accuracy will be very good.", "We measure it."),
        denied=("We never looked at recall on night clips.",),
    ),
    Check(
        id="constraint",
        message="No limit was stated.",
        authority="four anchors; a limit with its figure or its hard consequence",
        find=constraint,
        hears=(Example("The network has a budget of twenty milliseconds.", "budget"),),
        passes=("It should be fast.", "It runs on a GPU."),
        denied=("Memory is not an issue at all.",),
    ),
)
