"""Propose a profile from a wiki's own pages, for a person to correct."""

from kb.cases.learn.propose import Proposal, propose
from kb.cases.learn.survey import Survey, survey

__all__ = ["Proposal", "Survey", "propose", "survey"]
