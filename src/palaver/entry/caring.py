"""Puts care together: what words say, and who helps where; it serves nothing, and decides nothing about anybody."""

import logging
from datetime import date

from fastapi import APIRouter

from palaver.care import api as care_api
from palaver.care.profiles import api as profiles_api
from palaver.care.profiles.service import Profiles
from palaver.care.resources import api as resources_api
from palaver.care.resources.service import Help
from palaver.care.service import Care
from palaver.entry.compose import House
from palaver.entry.settings import Settings
from palaver.identity.door import SECURED
from palaver.privacy.consent import api as consent_api
from palaver.privacy.consent.service import Ledger

log = logging.getLogger(__name__)


def routers(house: House) -> tuple[APIRouter, ...]:
    """What can be asked about care."""
    door, helping = house.identity.door, Help(house.settings.care.resources_file)
    profiles = Profiles(house.database, house.settings.care, house.sessions.owner, clock=house.clock, audit=house.audit)
    return (
        care_api.routes(Care(helping), door),
        resources_api.routes(helping, door),
        profiles_api.routes(profiles, door),
        consent_api.routes(Ledger(house.database, clock=house.clock, audit=house.audit), door, SECURED),
    )


def warn(settings: Settings, today: date) -> None:
    """Tell the operator of help resources that somebody should look at again."""
    if says := Help(settings.care.resources_file).doubts(today).says:
        log.warning("%s `palaver doctor` names them.", says)
