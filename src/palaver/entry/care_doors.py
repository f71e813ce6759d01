"""Everything of care that is asked over HTTP; it decides nothing about anybody."""

from fastapi import APIRouter

from palaver.care import api as care_api
from palaver.care.assessments import api as assessments_api
from palaver.care.assessments.service import Assessments
from palaver.care.counts import api as counts_api
from palaver.care.counts.service import Counts
from palaver.care.culture import api as culture_api
from palaver.care.emotion import api as emotion_api
from palaver.care.moderation import api as moderation_api
from palaver.care.policy import api as policy_api
from palaver.care.profiles import api as profiles_api
from palaver.care.profiles.service import Profiles
from palaver.care.redaction import api as redaction_api
from palaver.care.redaction.service import Redaction
from palaver.care.resources import api as resources_api
from palaver.entry import attending
from palaver.entry.compose import House
from palaver.identity.door import SECURED
from palaver.privacy.consent import api as consent_api
from palaver.privacy.consent.service import Ledger
from palaver.realtime.api import Desk


def routers(house: House) -> tuple[APIRouter, ...]:
    """What can be asked about care."""
    door, caring = house.identity.door, house.caring
    profiles = Profiles(house.database, caring.settings, house.sessions.owner, clock=house.clock, audit=house.audit)
    desk = Desk(house.runs, house.bus, pulse=house.pulse, door=door)
    return (
        *house.escalating.routers(desk, house.pulse, door),
        care_api.routes(caring.care, door),
        assessments_api.routes(Assessments(house.database, house.audit), door),
        counts_api.routes(Counts(house.database, house.clock), door),
        emotion_api.routes(caring.care, door),
        policy_api.routes(caring.policies, door),
        resources_api.routes(caring.helping, door),
        culture_api.routes(caring.culture, door),
        moderation_api.routes(caring.moderation, caring.reviewing, door),
        profiles_api.routes(profiles, door),
        redaction_api.routes(Redaction(caring.reading), door),
        consent_api.routes(Ledger(house.database, clock=house.clock, audit=house.audit), door, SECURED),
        *attending.routers(house, attending.open_joining(house)),
    )
