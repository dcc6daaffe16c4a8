"""What changed while metrics moved?"""

from quarterdeck.insights.metrics.facts.changes import Change, read_changes

__all__ = ["Change", "read_changes"]
