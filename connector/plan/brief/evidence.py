"""The evidence of a transition in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from connector.engine.result import Transition
from connector.plan import words
from connector.plan.brief.voice import Voice

_FADED: Final = 0.5


def evidence_lines(transition: Transition, voice: Voice, phases: Mapping[str, str]) -> str:
    """What the person did, best evidence first, one line each; what has faded is left out.

    `phases` has the phase of the journey by signal.
    """
    language = voice.language
    shown = [
        (each.engaged, f" (+{each.points:.0f}{_phase(phases.get(each.signal), voice)})")
        for each in transition.evidence
        if each.points >= _FADED
    ]
    raised = transition.raised_by
    if raised is not None:
        rest = [(engaged, points) for engaged, points in shown if engaged != raised]
        shown = [(raised, language.asked), *rest]
    return "\n".join(
        f"- {words.moment(each.at, voice.zone, language)}: {words.did(each, language)}{points}"
        for each, points in shown
    )


def _phase(phase: str | None, voice: Voice) -> str:
    return f", {voice.language.phases.get(phase, phase)}" if phase else ""
