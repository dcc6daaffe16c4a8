"""Which words is the made-up company made of?"""

SURNAMES = (
    "Visser", "Okafor", "Lindqvist", "Moreau", "Castellan", "Brandt", "Ferreira", "Novak", "Haldane",
    "Petrov", "Iyer", "Quispe", "Yamada", "Dubois", "Hartmann", "Oduya", "Salgado", "Tremblay", "Ivarsson",
    "Kowal", "Rasmus", "Delgado", "Whitlock", "Zeman", "Amadi", "Bakker", "Corvin", "Engel", "Fonseca",
    "Grieve", "Hollis", "Jansma", "Keller", "Lunden", "Mercer", "Niemann", "Ortega", "Pires", "Rowan",
)  # fmt: skip
TRADES = (
    "Roofing", "Heating", "Electrical", "Plumbing", "Glazing", "Solar", "Lifts", "Drains", "Cooling",
    "Gardens", "Scaffolding", "Fire Safety", "Tiling", "Facades", "Pumps", "Elevators", "Paving",
    "Insulation", "Locks", "Cleaning", "Antennas", "Wells", "Boilers",
)  # fmt: skip
OWNERS = ("success-north", "success-south", "success-east", "success-west", "success-large")

THEMES: dict[str, tuple[str, ...]] = {
    "offline schedule": (
        "my foremen work where there is no signal and the schedule will not open",
        "without a connection the app shows an empty day",
        "in basements and on remote sites nobody sees the plan",
        "the schedule must work offline, our crews lose half a morning",
        "no signal, no schedule: the crew phones me for every address",
        "as soon as the van leaves town the day plan is gone",
    ),
    "crew invite": (
        "the crew invite just spins, I had to phone everyone",
        "new crew members never get their invitation",
        "inviting my second crew ended in a blank page",
        "the invitation link says it has expired after a minute",
    ),
    "invoice export": (
        "we need invoices in our bookkeeping without typing them again",
        "the invoice export leaves out the discount line",
        "please let us export invoices per depot",
        "our accountant cannot read the export file",
    ),
    "slow sync": (
        "it takes ages before a finished job shows up in the office",
        "photos of a job arrive only in the evening",
        "after lunch the tablet syncs for minutes",
        "two planners see different schedules for half an hour",
    ),
    "recurring jobs": (
        "every month I type in the same maintenance visits again",
        "is there a way to repeat a job each quarter",
        "contract maintenance needs jobs that repeat themselves",
    ),
    "calendar": (
        "holidays of the crew should block the schedule",
        "I cannot see who is free next week at one glance",
        "please show the schedule in my own calendar",
    ),
    "billing": (
        "we were charged for people who left",
        "where can I change the billing address",
        "the price per seat on our invoice is not what we agreed",
    ),
    "sign in": (
        "I have to sign in again every morning",
        "the code for signing in arrives too late",
        "a colleague forgot the password and cannot reset it",
    ),
    "maps": (
        "the route does not know that a bridge is closed for vans",
        "travel times in the morning are far too short",
        "the map puts our yard on the wrong side of the canal",
    ),
    "praise": (
        "planning a week now takes me ten minutes",
        "the crews stopped calling for addresses, wonderful",
        "support answered within the hour, thank you",
        "since we use it no job has been forgotten",
        "best tool we have bought in years",
    ),
}
THEME_SHARES = {
    "offline schedule": 0.07,
    "crew invite": 0.06,
    "invoice export": 0.14,
    "slow sync": 0.16,
    "recurring jobs": 0.11,
    "calendar": 0.15,
    "billing": 0.12,
    "sign in": 0.10,
    "maps": 0.09,
}
OPENERS = (
    "", "", "Hello, ", "Good morning, ", "Hi team, ", "To be honest, ", "Once more: ", "A question: ",
    "From our planner: ", "Short note, ", "Not urgent, but ", "Third time now: ",
)  # fmt: skip
CLOSERS = (
    ".", ".", ". Thanks.", ". Please help.", ". When will this change?", ". It costs us time every day.",
    ". We are {crew} people.", ". Greetings from {country}.", ". Otherwise all is fine.",
)  # fmt: skip

STAFF = tuple(f"staff-{role}" for role in (
    "head-of-product", "growth-lead", "core-lead", "platform-lead", "success-lead", "product-ops",
    "designer-1", "designer-2", "engineer-1", "engineer-2", "engineer-3", "engineer-4", "engineer-5",
    "support-lead",
))  # fmt: skip
WORK_VERBS = ("Fix", "Add", "Rework", "Speed up", "Document", "Remove", "Test", "Redesign")
WORK_OBJECTS = (
    "the crew invite", "schedule drag and drop", "photo upload", "the offline cache", "invoice export",
    "recurring jobs", "sign-in codes", "the map of depots", "push notices", "the sync queue",
    "roles and rights", "the public API", "travel times", "the onboarding tour", "job templates",
)  # fmt: skip
PROJECTS = ("Mobile", "Core", "Platform", "Growth")
EPICS = ("Offline work", "Recurring jobs", "Faster sync", "Self-serve onboarding", "Invoices", "Depots")
