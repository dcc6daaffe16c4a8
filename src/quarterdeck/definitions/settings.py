"""What may quarterdeck.yaml say?"""

import re
from datetime import date
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, field_validator

from quarterdeck.definitions.folder import Kind
from quarterdeck.errors import did_you_mean

FORMAT = 1
SETTINGS_FILE = "quarterdeck.yaml"

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Stage = Literal["startup", "scaleup", "enterprise"]

CURRENCY_CODES = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BTN
BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB
EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR
ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD
MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR
PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE
SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU
UZS VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG
"""
CURRENCIES = frozenset(CURRENCY_CODES.split())
DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")


class Stores(BaseModel):
    """Where the workspace keeps what is not a definition."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    facts: str = Field(
        "facts", min_length=1, description="Folder of the Delta tables, from the workspace or absolute."
    )


OwnRole = Literal["viewer", "contributor", "editor"]


class SingleSignOn(BaseModel):
    """Sign-in with the company's own accounts, by OpenID Connect. Its secret never stands here."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    issuer: str = Field(description="The provider, as its discovery document names itself: https://...")
    client_id: str = Field(min_length=1, description="What the provider calls this installation.")
    name: str = Field(
        "company account", min_length=1, max_length=40, description="What the button says: Sign in with ..."
    )
    domains: dict[str, OwnRole] = Field(
        {}, description="Who comes in without an invitation: the domain of the e-mail, and the role it gives."
    )
    only: bool = Field(False, description="true refuses passwords and links: the provider alone lets in.")

    @field_validator("issuer")
    @classmethod
    def _safe_issuer(cls, address: str) -> str:
        if not is_safe_address(address):
            raise ValueError(f"'{address}' does not begin with https://. Only this machine may go without.")
        return address.rstrip("/")

    @field_validator("domains")
    @classmethod
    def _plain_domains(cls, domains: dict[str, OwnRole]) -> dict[str, OwnRole]:
        for domain in domains:
            if not DOMAIN.fullmatch(domain.lower()):
                raise ValueError(f"'{domain}' is no domain. Write what follows the @: company.com.")
        return {domain.lower(): role for domain, role in domains.items()}


class Drafting(BaseModel):
    """A model of the company's own choice that drafts names of found themes. Its key never stands here."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    endpoint: str = Field(
        description="An OpenAI-compatible address, without /chat/completions: https://.../v1"
    )
    model: str = Field(min_length=1, max_length=100, description="What the endpoint calls the model.")

    @field_validator("endpoint")
    @classmethod
    def _safe_endpoint(cls, address: str) -> str:
        if not is_safe_address(address):
            raise ValueError(f"'{address}' does not begin with https://. Only this machine may go without.")
        return address.rstrip("/")


class Settings(BaseModel):
    """The workspace's own settings: a file `quarterdeck.yaml`, which makes a folder a workspace."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal[1] = Field(description="Format of this file; `quarterdeck upgrade` raises it.")
    company: str = Field(min_length=1, max_length=80, description="How the company is called on its pages.")
    timezone: str = Field(description="Where the company's days begin, as an IANA name: Europe/Amsterdam.")
    week_start: Weekday = Field("monday", description="The first day of the company's week.")
    currency: str = Field("USD", description="ISO 4217 code of the money in its facts.")
    stage: Stage = Field("startup", description="Which definitions `quarterdeck init` started with.")
    stores: Stores = Field(Stores(), description="Where facts are kept.")
    sso: SingleSignOn | None = Field(
        None, description="Sign-in with the company's own accounts, by OpenID Connect."
    )
    drafting: Drafting | None = Field(
        None, description="Which model may draft names of found themes; without it nothing leaves."
    )
    demo: bool = Field(False, description="true marks every page as made up.")
    stands_at: date | None = Field(
        None, description="The day on which a made-up company stands still; else the calendar's day counts."
    )

    @field_validator("timezone")
    @classmethod
    def _known_timezone(cls, name: str) -> str:
        return known_timezone(name)

    @field_validator("currency")
    @classmethod
    def _known_currency(cls, code: str) -> str:
        if code not in CURRENCIES:
            hint = did_you_mean(code, CURRENCIES) if len(code) == 3 else "Write its three capital letters."
            raise ValueError(f"'{code}' is not a currency of ISO 4217. {hint}".strip())
        return code


WORKSPACE = Kind(name="workspace", folder=".", file=SETTINGS_FILE, model=Settings)


def is_safe_address(address: str) -> bool:
    """Whether secrets may go there: https, or this machine itself."""
    parts = urlsplit(address)
    loopback = parts.hostname in {"127.0.0.1", "::1", "localhost"}
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and loopback))


def known_timezone(name: str) -> str:
    """The name itself if the tz database knows it; otherwise a ValueError that suggests one."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        hint = did_you_mean(name, available_timezones()) or "Use an IANA name such as Europe/Amsterdam."
        raise ValueError(f"'{name}' is not a time zone. {hint}") from None
    return name
