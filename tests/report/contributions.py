"""What later capabilities will give to the brief, made up at the limits of every section and beyond."""

from datetime import date

from quarterdeck.report.brief.calc.page import (
    Contribution,
    CustomerVoice,
    Decision,
    EvidencePage,
    Promise,
    Remark,
    Sentence,
)

PAGE = "evidence/made-up.html"


def said(text: str) -> Sentence:
    return Sentence(text=text, evidence=PAGE)


FULL = Contribution(
    decisions=(
        Decision(
            question=said("Roll Android back, or fix forward by Thursday?"),
            recommended=said("Roll back; photo upload pauses until the fix."),
            waiting_costs=said("9 to 15 activations a day"),
            decider="Head of product",
            by=date(2026, 11, 18),
        ),
    ),
    promises=(
        Promise(promised=said("Invoice export shipped"), state="done"),
        Promise(promised=said("Pricing test read out"), state="done"),
        Promise(promised=said("Tracking plan for invites"), state="late"),
        Promise(promised=said("Second onboarding survey"), state="dropped"),
        Promise(promised=said("Fifth promise, for which there is no room"), state="done"),
    ),
    customers=(
        CustomerVoice(
            words=said("The crew invite just spins. I had to phone everyone."),
            source="Crew invite fails · 31 accounts, $412k ARR",
        ),
        CustomerVoice(
            words=said("My foremen work where there is no signal."),
            source="Offline schedule · 22 accounts, $260k ARR",
        ),
        CustomerVoice(words=said("Everyone who asked for invoice export was told.")),
    ),
    launches=(
        said("Recurring jobs holds at its second ramp step: crash guardrail."),
        said("Sync outage: preventive actions lack an owner."),
    ),
    risks=(
        said("Offline gap costs the largest renewal. Trigger: no date by January."),
        said("Android rating slips. Trigger: below 4.0."),
    ),
    remarks=(
        Remark(metric="teams_dispatching", words="On course."),
        Remark(metric="activation", words="The release, not demand."),
        Remark(metric="slow_syncs", words="Watching old phones."),
    ),
    evidence=(
        EvidencePage(
            file="made-up.html",
            title="Made-up evidence",
            claim="Every sentence that another capability gives points to a page like this.",
            columns=("Day", "Accounts"),
            rows=(("Mon 9 Nov", "31"), ("Tue 10 Nov", "29")),
            query="SELECT 1",
        ),
    ),
)
