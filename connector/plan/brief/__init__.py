"""The hand-off brief: what a rep should know before the call, in their language and zone."""

from connector.plan.brief.compose import Brief, compose
from connector.plan.brief.known import Known, known_of
from connector.plan.brief.voice import Voice, active_owners, voice_of

__all__ = ["Brief", "Known", "Voice", "active_owners", "compose", "known_of", "voice_of"]
