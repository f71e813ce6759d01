"""What asking about care looks like, for the OpenAPI document; the services in it are those that ship."""

from typing import Any

from palaver.care.api import Assessed
from palaver.care.assessments.service import AssessmentList, AssessmentsDeleted, AssessmentView
from palaver.care.counts.counting import SMALLEST, MonthCount
from palaver.care.counts.service import CareCounts
from palaver.care.crisis.finding import CONCERNS, Concern, Signal
from palaver.care.culture.analysing import Analyst
from palaver.care.culture.reading import letters, shipped
from palaver.care.culture.service import CultureFoundList, told_culture
from palaver.care.culture.spoken import Spoken
from palaver.care.emotion.api import FeelingRead
from palaver.care.emotion.feeling import Felt
from palaver.care.models.port import EKMAN, Ekman
from palaver.care.moderation.api import ModeratedText
from palaver.care.moderation.reviewing import ModerationItem, ModerationQueue
from palaver.care.moderation.verdict import ModerationHit
from palaver.care.policy.policy import Policy
from palaver.care.policy.service import FIRST, PolicyHistory, PolicyVersion
from palaver.care.profiles.service import SessionCare
from palaver.care.redaction.detector import VERSION
from palaver.care.redaction.service import Coverage, Covered, Redacted, RedactedEntity
from palaver.care.resources.api import CareResourceList
from palaver.care.resources.service import Help
from palaver.care.resources.told import told
from palaver.core.care import Urgency
from palaver.core.ids import MessageId, RunId, SessionId
from palaver.privacy.consent.purposes import PURPOSES, WORDS, Said
from palaver.privacy.consent.service import Consents
from palaver.privacy.consent.service import told as told_consent

_MIXED = "Mambo ni mengi, my people keep asking for pesa"
_CULTURE = shipped()
_ANALYST = Analyst(
    Spoken(letters()), [*_CULTURE.entries.values()], [*_CULTURE.phrases.values()], [*_CULTURE.cautions.values()]
)
REQUESTS: dict[str, dict[str, Any]] = {
    "assess_text": {
        "In two languages": {"text": "Nimefika nyumbani. Sitaki ku-stay hapa, nataka kufa.", "country": "KE"}
    },
    "read_emotion": {"A text": {"text": "I passed the exam, I can't believe it!"}},
    "set_care_policy": {
        "A rule that counts for more": {
            "policy": {"raised": {"weary": "medium"}},
            "note": "Our counsellors want to see these.",
            "version": 0,
        }
    },
    "redact_text": {"A number and an age": {"text": "Mimi ni Amina, 34. Nipigie 0712 345 678.", "kinds": ["phone"]}},
    "moderate_text": {
        "What a model said": {"text": "Thank you for telling me. You have depression.", "direction": "output"}
    },
    "review_moderation_item": {"It was right": {"decision": "right", "note": "A diagnosis indeed."}},
    "say_consent": {"Agreed": {"purpose": "emotion", "granted": True, "version": 1}},
    "set_session_care": {"Everything": {"profile": "companion"}},
    "search_culture": {"Something that people say": {"query": "What does mambo ni mengi mean?", "regions": ["KE"]}},
    "analyse_culture": {"In two languages": {"text": _MIXED, "answer": "Pole. Be a man and pray harder."}},
}
_CONCERNS: dict[Concern, Urgency] = dict.fromkeys(CONCERNS, "none")
_CONCERNS["self_directed"] = "high"
_CARED_FOR = SessionCare(
    session_id=SessionId("ses_019aa3c5e0007c1e8a55d3c2b1a09f01"),
    profile="companion",
    own=True,
    choices=("safety", "companion"),
)
_SAID = Said("emotion", True, WORDS["emotion"].version, "2026-11-22T12:00:00.000000Z")
_POLICY = PolicyVersion(
    version=1,
    policy=Policy(raised={"weary": "medium"}),
    set_by="usr_019aa3c5e0007b62dfaac8b7a6f5e406",
    set_at="2026-11-22T12:00:00.000000Z",
    note="Our counsellors want to see these.",
)
_AGREED = {_SAID.purpose: _SAID}
_SIGNAL = Signal("wants_to_die", "self_directed", "high", 40, 51, "sw")
_NOTICED = AssessmentView(
    id="asm_019aa3c5e0187c1e8a55d3c2b1a09f11",
    session_id=_CARED_FOR.session_id,
    run_id=RunId("run_019aa3c5e0107d2f9b66e4d3c2b1a002"),
    message_id=MessageId("msg_019aa3c5e0047e3fac77f5e4d3c2b103"),
    urgency="high",
    own="high",
    known=True,
    signals=(_SIGNAL,),
    version="2026.11.21",
    profile="safety",
    created_at="2026-11-22T12:00:00.000000Z",
)
_COUNTS = (("noticed", "low", 41), ("noticed", "high", 7), ("created", "high", 7), ("closed", "high", None))
_FELT = (Felt("joy", 0.62), Felt("surprise", 0.27))
_LIKELY: dict[Ekman, float] = {name: {one.emotion: one.confidence for one in _FELT}.get(name, 0.04) for name in EKMAN}
_HIT = ModerationHit("diagnosis", "medical", "rewrite", 26, 45, "en")
_ITEM = ModerationItem(
    id="mod_019aa3c5e0007c1e8a55d3c2b1a09f0a",
    session_id="ses_019aa3c5e0007c1e8a55d3c2b1a09f01",
    run_id="run_019aa3c5e0007c1e8a55d3c2b1a09f02",
    user_id="usr_019aa3c5e0007c1e8a55d3c2b1a09f03",
    direction="output",
    action="rewrite",
    category="medical",
    hits=[_HIT],
    excerpt=None,
    version="2026.11.22",
    state="reviewed",
    decision="right",
    note="A diagnosis indeed.",
    reviewed_by="usr_019aa3c5e0007c1e8a55d3c2b1a09f04",
    reviewed_at="2026-11-22T12:10:00.000000Z",
    created_at="2026-11-22T12:00:00.000000Z",
)
ANSWERS: dict[str, Any] = {
    "read_emotion": FeelingRead(
        emotion="joy",
        confidence=0.62,
        emotions=list(_FELT),
        probabilities=_LIKELY,
        valence=0.58,
        arousal=0.41,
        language="en",
        reliability="fair",
        version="small-2026.11.22 statements-2026.11.22",
    ),
    "list_assessments": AssessmentList([_NOTICED], None),
    "delete_assessments": AssessmentsDeleted(12),
    "get_care_counts": CareCounts(
        items=[MonthCount(month="2026-11", kind=kind, level=level, number=n) for kind, level, n in _COUNTS],
        smallest=SMALLEST,
    ),
    "get_care_policy": _POLICY,
    "set_care_policy": _POLICY,
    "list_care_policies": PolicyHistory([_POLICY, FIRST], None),
    "get_consents": Consents(items=[told_consent(one, _AGREED.get(one)) for one in PURPOSES], history=[_SAID]),
    "redact_text": Redacted(
        text="Mimi ni Amina, 34. Nipigie [PHONE_1].",
        entities=[RedactedEntity(kind="phone", start=27, end=39, token="[PHONE_1]")],  # noqa: S106  # no password
        coverage=Coverage(
            version=VERSION, recogniser="none", kinds=[Covered(kind="phone", by="pattern", at_least=0.98)]
        ),
    ),
    "say_consent": told_consent("emotion", _SAID),
    "get_session_care": _CARED_FOR,
    "set_session_care": _CARED_FOR,
    "list_care_resources": CareResourceList([told(one) for one in Help().chosen("KE")]),
    "search_culture": CultureFoundList(
        [told_culture(_CULTURE.phrases["mambo-ni-mengi"], 0.01639, ["words"])], _CULTURE.version, False, []
    ),
    "analyse_culture": _ANALYST.read(_CULTURE.version, _MIXED, "Pole. Be a man and pray harder."),
    "moderate_text": ModeratedText(
        action="rewrite",
        category="medical",
        hits=[_HIT],
        text="Thank you for telling me. I can't say what illness you have; a doctor can look at that with you.",
        version="2026.11.22",
        unknown=[],
    ),
    "list_moderation_queue": ModerationQueue([_ITEM], None),
    "review_moderation_item": _ITEM,
    "assess_text": Assessed(
        urgency="high",
        concerns=_CONCERNS,
        signals=[_SIGNAL],
        ask_gently=False,
        languages=["sw"],
        version="2026.11.22 small-2026.11.22 statements-2026.11.22",
        resources=[told(one) for one in Help().chosen("KE")],
    ),
}
