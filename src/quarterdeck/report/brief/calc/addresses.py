"""On which page of evidence does a metric stand?"""

from quarterdeck.insights.metrics.service.dossiers import Measure


def page_name(metric: str) -> str:
    """The file that carries a metric's evidence."""
    return f"metric-{metric}.html"


def evidence_of(measure: Measure) -> str:
    """Where the brief points to for a metric."""
    return f"evidence/{page_name(measure.name)}"
