"""Small exports in the public shapes of other tools, made up for these tests."""

import json
from pathlib import Path

TICKET = {
    "id": 35436,
    "url": "https://acme.zendesk.test/api/v2/tickets/35436.json",
    "created_at": "2026-11-10T08:00:00Z",
    "updated_at": "2026-11-12T08:00:00Z",
    "subject": "Crew invite",
    "description": "The crew invite just spins.",
    "status": "open",
    "priority": "high",
    "requester_id": 20978392,
    "submitter_id": 20978392,
    "organization_id": 509974,
    "tags": ["enterprise", "android"],
    "via": {"channel": "email"},
    "custom_fields": [{"id": 27642, "value": "745"}],
    "satisfaction_rating": {"score": "good", "comment": "Quick answer, thank you for that."},
    "comments": [
        {
            "id": 1,
            "author_id": 20978392,
            "html_body": "<p>The crew invite <b>just spins</b>.</p><p>Regards,<br>Anna Bloom<br>Acme</p>",
            "public": True,
            "created_at": "2026-11-10T08:00:00Z",
        },
        {
            "id": 2,
            "author_id": 999,
            "body": "Did you try turning it off?",
            "public": True,
            "created_at": "2026-11-10T09:00:00Z",
        },
        {
            "id": 3,
            "author_id": 999,
            "body": "She is angry.",
            "public": False,
            "created_at": "2026-11-10T09:01:00Z",
        },
        {
            "id": 4,
            "author_id": 20978392,
            "body": "Yes. It still spins.\n\nOn Tue, 10 Nov 2026 at 09:00, Support <help@acme.test> wrote:\n"
            "> Did you try turning it off?",
            "public": True,
            "created_at": "2026-11-10T10:00:00Z",
        },
    ],
}

CONVERSATION = {
    "type": "conversation",
    "id": "1911149811",
    "created_at": 1794300000,
    "updated_at": 1794303600,
    "state": "closed",
    "source": {
        "type": "conversation",
        "id": "1",
        "subject": "",
        "body": "<p>Invited six people,<br>two got the text message.</p>",
        "author": {"type": "user", "id": "5f0", "email": "anna@acme.test", "name": "Anna"},
    },
    "contacts": {"contacts": [{"type": "contact", "id": "5f0", "external_id": "u-17"}]},
    "tags": {"tags": [{"name": "invite"}]},
    "company": {"id": "x1", "company_id": "a-1042"},
    "conversation_parts": {
        "conversation_parts": [
            {
                "id": "11",
                "part_type": "comment",
                "body": "<p>Let me look.</p>",
                "created_at": 1794300100,
                "author": {"type": "admin", "id": "9"},
            },
            {
                "id": "12",
                "part_type": "note",
                "body": "<p>Known bug.</p>",
                "created_at": 1794300200,
                "author": {"type": "admin", "id": "9"},
            },
            {
                "id": "13",
                "part_type": "comment",
                "body": "<p>Any news?</p>",
                "created_at": 1794300300,
                "author": {"type": "user", "id": "5f0"},
            },
            {"id": "14", "part_type": "close", "body": None, "created_at": 1, "author": {"type": "bot"}},
        ]
    },
}

PLAY = (
    "Package Name,App Version Code,App Version Name,Reviewer Language,Device,Review Submit Date and Time,"
    "Review Submit Millis Since Epoch,Review Last Update Date and Time,Review Last Update Millis Since Epoch,"
    "Star Rating,Review Title,Review Text,Developer Reply Date and Time,Developer Reply Millis Since Epoch,"
    "Developer Reply Text,Review Link\n"
    "test.acme,42,4.2.1,de,beyond1,2026-11-02T08:00:00Z,1793606400000,2026-11-02T08:00:00Z,1793606400000,2,"
    'Karte falsch,"Die Karte zeigt unseren Hof im Fluss, immer.",,,,'
    "https://play.google.test/console/reviews?reviewId=gp%3AAOq1&corpus=PUBLIC\n"
    "test.acme,42,4.2.1,en,x,2026-11-03T08:00:00Z,1793692800000,2026-11-03T08:00:00Z,1793692800000,5,,,,,,\n"
)

STORE = {
    "data": [
        {
            "type": "customerReviews",
            "id": "r-1",
            "attributes": {
                "rating": 2,
                "title": "Spins",
                "body": "The crew invite spins since the update.",
                "reviewerNickname": "annab",
                "createdDate": "2026-11-11T10:00:00-08:00",
                "territory": "USA",
            },
        }
    ],
    "links": {"self": "https://api.store.test/v1/customerReviews"},
}

FEED = {
    "feed": {
        "entry": [
            {
                "id": {"label": "777"},
                "title": {"label": "Great"},
                "content": {"label": "Great. Saves us an hour a day."},
                "im:rating": {"label": "5"},
                "im:version": {"label": "4.2"},
                "updated": {"label": "2026-11-12T01:00:00-07:00"},
                "author": {"name": {"label": "bobby"}},
            }
        ]
    }
}

DELIGHTED = (
    "Response ID,Person ID,Email,Name,Score,Comment,Created At,Plan\n"
    "d-1,u-17,anna@acme.test,Anna,7,Easy to use but I cannot see who is on holiday.,"
    "2026-11-19 08:00:00 UTC,Scale\n"
    "d-2,u-18,bob@acme.test,Bob,9,,2026-11-19 09:00:00 UTC,Scale\n"
)

SURVEY_MONKEY = (
    "Respondent ID,Collector ID,Start Date,End Date,IP Address,Email Address,First Name,Last Name,"
    "Custom Data 1,How likely is it that you would recommend Acme to a colleague?,"
    "What is the main reason for your score?\n"
    ",,,,,,,,,Response,Open-Ended Response\n"
    "114,9,11/18/2026 08:00,2026-11-18 08:05:00,10.0.0.1,anna@acme.test,Anna,Bloom,a-1042,6,"
    '"Recurring jobs start late.\nAnd the map is wrong."\n'
)

NOTES = """---
owner: Carol
consent: yes
---
# November visits

## Beams & Sons, 2026-11-18

My foremen work where there is no signal. The schedule must open anyway.

## 2026-11-20: Yard Group

Can the crew see only their own jobs? Works council is asking.

- also: SSO

## Nobody said anything, 2026-11-21
"""


def write(folder: Path) -> dict[str, Path]:
    """One file of each kind, by the name of its export."""
    made = {
        "zendesk": folder / "tickets.jsonl",
        "intercom": folder / "conversations.json",
        "app-store": folder / "reviews.json",
        "google-play": folder / "play.csv",
        "nps": folder / "delighted.csv",
        "notes": folder / "visits.md",
    }
    made["zendesk"].write_text(json.dumps(TICKET) + "\n")
    made["intercom"].write_text(
        json.dumps({"type": "conversation.list", "conversations": [CONVERSATION]}, indent=2)
    )
    made["app-store"].write_text(json.dumps(STORE) + "\n" + json.dumps(FEED) + "\n")
    made["google-play"].write_text(PLAY, encoding="utf-16")
    made["nps"].write_text(DELIGHTED)
    made["notes"].write_text(NOTES)
    return made
