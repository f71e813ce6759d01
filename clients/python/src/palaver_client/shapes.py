"""What the API gives and takes, written by `make docs` from schema/openapi.json and schema/events.json."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypeAlias, TypedDict


class Agent(TypedDict):
    """As the API has it."""

    id: str
    version: int
    source: str
    shared: bool
    read_only: bool
    created_at: str
    updated_at: str
    name: str
    description: NotRequired[str | None]
    instructions: NotRequired[str | None]
    model: NotRequired[str | None]
    tools: NotRequired[list[str] | None]
    disallowed_tools: NotRequired[list[str] | None]
    permission_mode: NotRequired[Literal["default", "acceptEdits", "plan", "dontAsk", "bypassPermissions"] | None]
    max_turns: NotRequired[int | None]
    skills: NotRequired[list[str] | None]
    mcp_servers: NotRequired[list[str] | None]
    output_format: NotRequired[OutputFormatIn | None]
    care: NotRequired[Literal["off", "safety", "companion"] | None]


class AgentChanges(TypedDict):
    """As the API has it."""

    name: NotRequired[str | None]
    description: NotRequired[str | None]
    instructions: NotRequired[str | None]
    model: NotRequired[str | None]
    tools: NotRequired[list[str] | None]
    disallowed_tools: NotRequired[list[str] | None]
    permission_mode: NotRequired[Literal["default", "acceptEdits", "plan", "dontAsk", "bypassPermissions"] | None]
    max_turns: NotRequired[int | None]
    skills: NotRequired[list[str] | None]
    mcp_servers: NotRequired[list[str] | None]
    output_format: NotRequired[OutputFormatIn | None]
    care: NotRequired[Literal["off", "safety", "companion"] | None]
    shared: NotRequired[bool | None]
    version: NotRequired[int | None]


class ApprovalAsked(TypedDict):
    """A call waits for a person's yes: exactly these arguments are what would be run."""

    type: Literal["approval"]
    seq: int
    run_id: str
    session_id: str
    call_id: str
    name: str
    arguments: dict[str, Any]
    reason: str
    expires_at: str | None


class ApprovalResolved(TypedDict):
    """What was decided about a call that waited; `arguments` where they were edited. `user_id` is who
    decided, where that is not who asked.
    """

    type: Literal["approval_resolved"]
    seq: int
    run_id: str
    session_id: str
    call_id: str
    decision: Literal["approve", "reject"]
    by: Literal["cancel", "expiry", "person"]
    message: NotRequired[str | None]
    arguments: NotRequired[dict[str, Any] | None]
    user_id: NotRequired[str | None]


class ApprovalView(TypedDict):
    """A call that waits, or waited, for a person; `kind` says whether for a yes or for an answer."""

    run_id: str
    session_id: str
    session_title: str | None
    call_id: str
    kind: Literal["approval", "question"]
    name: str
    arguments: dict[str, Any]
    reason: str
    questions: list[Question]
    state: Literal["answered", "approved", "cancelled", "expired", "pending", "rejected"]
    created_at: str
    expires_at: str | None
    resolved_at: str | None


class Assessed(TypedDict):
    """How soon a text asks for an answer, and what in it says so. It judges the text, and no person."""

    urgency: Literal["critical", "high", "low", "medium", "none"]
    concerns: dict[str, Literal["critical", "high", "low", "medium", "none"]]
    signals: list[Signal]
    ask_gently: bool
    languages: list[str]
    version: str
    resources: list[CareResource]


class AssessmentView(TypedDict):
    """How soon one message asked for an answer: by its own words (`own`), and in the conversation
    (`urgency`). It judges a message, and no person. `known` is false where it could not be read; `signals`
    name rules and places in the message, and none of its words. `version` names every rule and model that
    read it. Of what somebody answered while an answer waited for them, `message_id` is that answer's, a colon
    and the id of the call that waited.
    """

    id: str
    session_id: str
    run_id: str
    message_id: str
    urgency: Literal["critical", "high", "low", "medium", "none"]
    own: Literal["critical", "high", "low", "medium", "none"]
    known: bool
    signals: list[Signal]
    version: str
    profile: Literal["companion", "off", "safety"]
    created_at: str


class AssessmentsDeleted(TypedDict):
    """How many assessments were deleted."""

    deleted: int


class Attachment(TypedDict):
    """A file or image of a message as a model was told of it. `told`: "image" (scaled to `width` and
    `height`), "text" (its first `characters`, `whole` where that is all of it), or "name": that it is there,
    and why no more.
    """

    message_id: str
    told: Literal["image", "name", "text"]
    file_id: NotRequired[str | None]
    path: NotRequired[str | None]
    name: NotRequired[str | None]
    media_type: NotRequired[str | None]
    size: NotRequired[int | None]
    width: NotRequired[int | None]
    height: NotRequired[int | None]
    characters: NotRequired[int | None]
    whole: NotRequired[bool]
    why: NotRequired[str | None]


class AudioPart(TypedDict):
    """A recording: a `data:` URL or the id of an uploaded file."""

    type: Literal["audio"]
    url: NotRequired[str | None]
    file_id: NotRequired[str | None]
    media_type: NotRequired[str | None]


class Author(TypedDict):
    """The person who wrote a message; `user_id` is null where the message was brought from elsewhere. `kind`
    is `human` where somebody from the team answers instead of a model; `user_id` is null then, too.
    """

    user_id: str | None
    name: str
    kind: NotRequired[Literal["human"]]


class Branch(TypedDict):
    """Messages that only one side has, the first of them; `count` says how many there are."""

    items: list[Message]
    count: int


class CareChannel(TypedDict):
    """One way to reach a service: `to` is a number or an address, `shown` how its source writes a number. A
    number of seven digits and more without `+` is dialled so within its country only. `say` is the word that
    a text message begins with.
    """

    kind: Literal["chat", "phone", "sms", "web", "whatsapp"]
    to: str
    shown: NotRequired[str]
    say: NotRequired[str]


class CareResource(TypedDict):
    """A service that helps, and where and when that was read. What its source does not say is empty or null.
    `country` is null for services of the whole world. Where `confirmed` is false, no person has confirmed it
    yet: say so where you show it. What `paired_with` names is shown together with it, or neither is.
    """

    id: str
    country: str | None
    name: str
    kind: Literal["children", "crisis_line", "directory", "domestic_violence", "emergency", "lgbtq", "text"]
    channels: list[CareChannel]
    languages: list[str]
    hours: str | None
    cost: Literal["charged", "free"] | None
    note: str | None
    paired_with: list[str]
    source_url: str
    verified_on: str
    confirmed: bool


class CareTold(TypedDict):
    """Somebody may need help: who helps where, before anything is answered; `message` is for the person.
    `level` says how soon somebody should answer what was written. It judges no person, and is not for showing
    to one. With `escalation_id` a human is called as well, which the person can decline. Only who wrote it is
    told: who asked, or `user_id`, who answered what the agent asked. Others hear an empty `control` with its
    number, as they do where nothing was noticed.
    """

    type: Literal["care"]
    seq: int
    run_id: str
    session_id: str
    level: Literal["critical", "high", "low", "medium", "none"]
    resources: list[CareResource]
    message: NotRequired[str | None]
    escalation_id: NotRequired[str | None]
    user_id: NotRequired[str | None]


class Checkpoint(TypedDict):
    """A point to which one can go back: `before` or `after` a message; `files` is None where there were none."""

    id: str
    session_id: str
    kind: Literal["named", "rewind", "turn"]
    label: NotRequired[str | None]
    stands: Literal["after", "before"]
    message_id: str | None
    files: NotRequired[KeptFiles | None]
    created_at: str


class Cleared(TypedDict):
    """How many facts were deleted."""

    deleted: int


class ClientConfig(TypedDict):
    """What a client needs to know before it knows anybody."""

    version: str
    registration: str
    oidc: list[IssuerOffered]
    email_verification: bool
    password_reset: bool
    default_model: str | None
    prompt_characters: int
    body_bytes: int
    ping_seconds: float
    permission_modes: list[str]
    not_there_yet: list[str]


class ClientTool(TypedDict):
    """A tool that the client makes itself: a call of it ends the turn with `tool_calls`."""

    name: str
    description: NotRequired[str]
    parameters: NotRequired[dict[str, Any]]


class Command(TypedDict):
    """As the API has it."""

    id: str
    version: int
    source: str
    shared: bool
    read_only: bool
    created_at: str
    updated_at: str
    name: str
    description: NotRequired[str | None]
    body: NotRequired[str | None]
    argument_hint: NotRequired[str | None]
    model: NotRequired[str | None]
    allowed_tools: NotRequired[list[str] | None]


class CommandChanges(TypedDict):
    """As the API has it."""

    name: NotRequired[str | None]
    description: NotRequired[str | None]
    body: NotRequired[str | None]
    argument_hint: NotRequired[str | None]
    model: NotRequired[str | None]
    allowed_tools: NotRequired[list[str] | None]
    shared: NotRequired[bool | None]
    version: NotRequired[int | None]


class Compacted(TypedDict):
    """Earlier messages are told as a summary from here on: `receipt_id` is the message that sums them up."""

    type: Literal["compacted"]
    seq: int
    run_id: str
    session_id: str
    tokens_before: int
    tokens_after: int
    receipt_id: str


class Comparison(TypedDict):
    """From one point to another: `common` messages are on both ways; files tell how the first became the
    second.
    """

    common: int
    only_from: Branch
    only_to: Branch
    files: list[FileChange]


class Consent(TypedDict):
    """One purpose: its words by language, what was said of it, and whether what it covers is done (`holds`).
    `granted`, `said_version` and `said_at` are null while nothing was said. Who agreed to older words is
    asked anew.
    """

    purpose: Literal["course", "emotion", "escalation_contact", "sharing_with_counsellors"]
    version: int
    text: dict[str, str]
    usual: bool
    granted: bool | None
    said_version: int | None
    said_at: str | None
    holds: bool


class Consents(TypedDict):
    """Every purpose, and what was said before, the newest first."""

    items: list[Consent]
    history: list[Said]


class Consumed(TypedDict):
    """Tokens and money of so many calls' results; `cost_usd` is null where no price is known."""

    answers: NotRequired[int]
    input_tokens: NotRequired[int]
    output_tokens: NotRequired[int]
    cached_tokens: NotRequired[int]
    cost_usd: NotRequired[float | None]


class Controlled(TypedDict):
    """Somebody changed how the turn goes on: from the next call on this mode, from the next step on this
    model. Without either nothing is changed: in sessions of several it stands where something may be for who
    asked alone.
    """

    type: Literal["control"]
    seq: int
    run_id: str
    session_id: str
    permission_mode: NotRequired[Literal["acceptEdits", "bypassPermissions", "default", "dontAsk", "plan"] | None]
    model: NotRequired[str | None]
    provider: NotRequired[str | None]


class Coverage(TypedDict):
    """How far the answer may be relied on. `recogniser`: whether a model of the operator's was heard as well."""

    version: str
    recogniser: Literal["asked", "failed", "none"]
    kinds: list[Covered]


class Covered(TypedDict):
    """How a kind is found offline, and which part of it at least, in the sets that tests hold it to."""

    kind: Literal[
        "account", "address", "card", "coordinates", "email", "iban", "ip", "name", "national_id", "phone", "secret"
    ]
    by: Literal["list", "pattern"]
    at_least: float


class CultureAnalysis(TypedDict):
    """What a text says in its culture. It has no level: nothing in it says how somebody is. `deflects` tells
    that it says little more than that all is well; that is no finding by itself. `switches` counts the
    changes of language. `cautions` are about the `answer` that was handed in.
    """

    version: str
    languages: list[str]
    segments: list[Segment]
    switches: int
    phrases: list[FoundCue]
    deflects: bool
    entries: list[FoundTopic]
    probes: list[Probe]
    guidance: list[str]
    cautions: list[FoundCaution]


class CultureFound(TypedDict):
    """Something that is known, and where it was read. What no person has confirmed says so. An entry has
    `title`, `about` and `guidance`; a phrase has `says`, `reading` and `means`. `found_by` tells whether the
    words of the query or its meaning found it.
    """

    kind: Literal["entry", "phrase"]
    id: str
    regions: list[str]
    source_url: str
    read_on: str
    confirmed: bool
    score: float
    found_by: list[Literal["meaning", "words"]]
    topic: NotRequired[str | None]
    title: NotRequired[InTwo | None]
    about: NotRequired[InTwo | None]
    guidance: NotRequired[str | None]
    says: NotRequired[list[str] | None]
    language: NotRequired[str | None]
    reading: NotRequired[str | None]
    means: NotRequired[str | None]
    probe: NotRequired[InTwo | None]


class CultureFoundList(TypedDict):
    """What is known about a query, best first; empty where nothing is near enough."""

    items: list[CultureFound]
    version: str
    by_meaning: bool
    notices: list[str]


class Delivery(TypedDict):
    """One thing that an endpoint is told. A replay has an id of its own here and carries the id that it
    replays. Only tests are `failed`: all else waits until it is `delivered`, or its owner has it `skipped`.
    """

    id: str
    webhook_id: str
    event: Literal[
        "approval.requested",
        "message.created",
        "question.requested",
        "run.failed",
        "run.finished",
        "run.started",
        "run.waiting",
        "session.compacted",
        "session.created",
        "session.deleted",
        "session.title_changed",
        "webhook.disabled",
        "webhook.test",
    ]
    state: Literal["delivered", "failed", "skipped", "waiting"]
    tries: int
    last: Try | None
    replay_of: NotRequired[str | None]
    created_at: str


class DeliveryWhole(TypedDict):
    """A delivery with its newest tries, oldest first, and the very body that is sent."""

    id: str
    webhook_id: str
    event: Literal[
        "approval.requested",
        "message.created",
        "question.requested",
        "run.failed",
        "run.finished",
        "run.started",
        "run.waiting",
        "session.compacted",
        "session.created",
        "session.deleted",
        "session.title_changed",
        "webhook.disabled",
        "webhook.test",
    ]
    state: Literal["delivered", "failed", "skipped", "waiting"]
    tries: int
    last: Try | None
    replay_of: NotRequired[str | None]
    created_at: str
    history: list[Try]
    payload: Any


class Device(TypedDict):
    """One sign-in: the cookie and the tokens that it opened, by what the program called itself and its
    address.
    """

    id: str
    agent: str
    address: str
    created_at: str
    last_used_at: str
    expires_at: str
    current: bool


class Effect(TypedDict):
    """One call that reached outside the session. `ok` is None while nobody knows how it went. `summary` says
    in a line what was asked for; `lasting` whether it may have changed anything there.
    """

    id: str
    session_id: str
    run_id: str
    message_id: str
    call_id: str
    name: str
    server: str | None
    reached: Literal["mcp", "network", "other", "shell"]
    lasting: bool
    summary: str
    ok: NotRequired[bool | None]
    at: str


class Fact(TypedDict):
    """Something about a person that models are told where it matters; with a project, in the sessions of that
    one only. `pinned` ones are told in every turn, as far as there is room. `source` is gone when its session
    or message is.
    """

    id: str
    text: str
    project_id: NotRequired[str | None]
    pinned: NotRequired[bool]
    made_by: NotRequired[Literal["model", "person"]]
    source: NotRequired[Source | None]
    created_at: str
    updated_at: str
    used_at: NotRequired[str | None]


class FeelingRead(TypedDict):
    """What feelings a text shows, and which readers said so. It judges the text, and no person."""

    emotion: Literal["anger", "disgust", "fear", "joy", "neutral", "sadness", "surprise"] | Literal["unknown"]
    confidence: float | None
    emotions: list[Felt]
    probabilities: dict[str, float] | None
    valence: float | None
    arousal: float | None
    language: Literal["en", "sw"] | None
    reliability: Literal["fair", "low"] | None
    version: str


class Felt(TypedDict):
    """One feeling, and how likely the text shows it."""

    emotion: Literal["anger", "disgust", "fear", "joy", "neutral", "sadness", "surprise"]
    confidence: float


class FileChange(TypedDict):
    """One path that is different. `from_path` is the old path of what was renamed. `diff` is a unified diff;
    null where the content is not text, is too long to be compared, or is the same. Folders, which end with
    `/`, are told only where they were made, removed, or have another mode.
    """

    path: str
    kind: Literal["changed", "created", "deleted", "mode", "renamed"]
    from_path: NotRequired[str | None]
    old_mode: NotRequired[int | None]
    new_mode: NotRequired[int | None]
    old_size: NotRequired[int | None]
    new_size: NotRequired[int | None]
    diff: NotRequired[str | None]


class FileIn(TypedDict):
    """A file: by `file_id`, or by `path`."""

    type: Literal["file"]
    file_id: NotRequired[str | None]
    path: NotRequired[str | None]


class FileInfo(TypedDict):
    """A file of a session; `path` is where it stands in the workspace, `size` is bytes. A folder has `kind`
    "folder", no size and no hash. `sha256` is that of the bytes in hexadecimal digits.
    """

    path: str
    size: int
    media_type: str
    modified_at: str
    sha256: NotRequired[str | None]
    kind: NotRequired[str]


class FilePart(TypedDict):
    """A file. In messages of people, `file_id` has its content for good, and `path` is where it lay for
    tools. `size` is bytes. Files that tools made have a `path` only.
    """

    type: Literal["file"]
    file_id: NotRequired[str | None]
    path: NotRequired[str | None]
    name: NotRequired[str | None]
    media_type: NotRequired[str | None]
    size: NotRequired[int | None]


class Finding(TypedDict):
    """What one check found: numbers and words where it has some, and a sentence where it failed."""

    name: str
    ok: bool
    needed: bool
    took_ms: float
    detail: NotRequired[dict[str, Any]]
    error: NotRequired[str | None]


class Found(TypedDict):
    """A message that holds the words; `marks` are where in the snippet they stand, each from and to a
    character.
    """

    message_id: str
    session_id: str
    session_title: str | None
    role: str
    snippet: str
    marks: list[list[Any]]
    created_at: str


class FoundCaution(TypedDict):
    """Words of an answer that judge a people or what they hold dear, and what to do instead."""

    id: str
    start: int
    end: int
    why: str
    instead: str


class FoundCue(TypedDict):
    """A phrase of the knowledge base at one place of the text, and how it is meant where it is said."""

    id: str
    start: int
    end: int
    language: Literal["ach", "am", "en", "ki", "lg", "luy", "rw", "sheng", "so", "sw"]
    reading: Literal[
        "deflection",
        "distress",
        "endurance",
        "faith",
        "greeting",
        "grief",
        "hardship",
        "help",
        "illness",
        "joke",
        "proverb",
    ]
    means: str
    source_url: str
    confirmed: bool


class FoundPassage(TypedDict):
    """A passage of a file. `place` says where it stands, `citation` is file and place as an answer may cite
    them. A higher `score` is a better one of the same search. `text` is cut around what was looked for.
    `also` are files with the same content.
    """

    path: str
    place: str
    text: str
    score: float
    citation: str
    also: list[str]


class FoundPassages(TypedDict):
    """What was found, best first. `searched` files were searched; `without_text` have none; `left` were not
    read yet and will be by the next searches.
    """

    items: list[FoundPassage]
    searched: int
    without_text: int
    left: int
    not_read: list[NotRead]
    notices: list[str]


class FoundTopic(TypedDict):
    """An entry that the text speaks about."""

    id: str
    topic: Literal[
        "displacement",
        "distress",
        "faith",
        "family",
        "gender",
        "help",
        "illness",
        "language",
        "law",
        "loss",
        "money",
        "school",
        "strength",
        "violence",
        "work",
    ]
    title: InTwo
    about: InTwo
    source_url: str
    confirmed: bool


class GrantView(TypedDict):
    """A rule that a person allowed for good: in one session, or (null) in all of theirs."""

    id: str
    session_id: str | None
    rule: str
    created_at: str


class Hashed(TypedDict):
    """A text that is not repeated here: its SHA-256 and its length in characters."""

    sha256: str
    characters: int


class Health(TypedDict):
    """The state of the whole: `ready` when nothing that is needed fails and the server is not going down."""

    status: Literal["degraded", "draining", "not_ready", "ready"]
    uptime_s: float
    checks: list[Finding]


class HelpShown(TypedDict):
    """What stood before an answer for whoever was answered: who helps, with a sentence; never why it was
    shown. With `escalation_id` a human was called as well.
    """

    resources: list[CareResource]
    message: NotRequired[str | None]
    escalation_id: NotRequired[str | None]


class Hook(TypedDict):
    """As the API has it."""

    id: str
    version: int
    source: str
    shared: bool
    read_only: bool
    created_at: str
    updated_at: str
    url: NotRequired[str | None]
    matcher: NotRequired[str | None]
    secret: NotRequired[str | None]
    timeout: NotRequired[float | None]
    name: str
    event: NotRequired[
        Literal[
            "PreToolUse",
            "PostToolUse",
            "UserPromptSubmit",
            "SessionStart",
            "SessionEnd",
            "Stop",
            "SubagentStop",
            "PreCompact",
            "Notification",
        ]
        | None
    ]


class HookChanges(TypedDict):
    """As the API has it."""

    url: NotRequired[str | None]
    matcher: NotRequired[str | None]
    secret: NotRequired[str | None]
    timeout: NotRequired[float | None]
    name: NotRequired[str | None]
    event: NotRequired[
        Literal[
            "PreToolUse",
            "PostToolUse",
            "UserPromptSubmit",
            "SessionStart",
            "SessionEnd",
            "Stop",
            "SubagentStop",
            "PreCompact",
            "Notification",
        ]
        | None
    ]
    shared: NotRequired[bool | None]
    version: NotRequired[int | None]


class HookFired(TypedDict):
    """A hook was asked, or told. `ok` is False where it did not answer as agreed; `reason` says what
    followed.
    """

    type: Literal["hook"]
    seq: int
    run_id: str
    session_id: str
    hook_event: str
    name: str
    ok: bool
    decision: NotRequired[Literal["allow", "ask", "deny"] | None]
    reason: NotRequired[str | None]
    call_id: NotRequired[str | None]


class Human(TypedDict):
    """Somebody from the team who answers in a session instead of models, at most until `until`."""

    escalation_id: str
    name: str
    joined_at: str
    until: str


class ImageIn(TypedDict):
    """An image: by `data:` or `https:` URL (never fetched from here), by `file_id`, or by `path`; one of the
    three.
    """

    type: Literal["image"]
    url: NotRequired[str | None]
    file_id: NotRequired[str | None]
    path: NotRequired[str | None]
    media_type: NotRequired[str | None]


class ImagePart(TypedDict):
    """An image: a `data:` or `https:` URL, or a file as in `FilePart`; `width` and `height` are pixels."""

    type: Literal["image"]
    url: NotRequired[str | None]
    file_id: NotRequired[str | None]
    path: NotRequired[str | None]
    name: NotRequired[str | None]
    media_type: NotRequired[str | None]
    size: NotRequired[int | None]
    width: NotRequired[int | None]
    height: NotRequired[int | None]


class Imported(TypedDict):
    """What an upload brought, or would bring (`dry_run`). `items` names the first thousand sessions. `files`
    are those of workspaces and of messages together; `notes` say what could not be kept.
    """

    sessions: int
    messages: int
    files: int
    items: list[ImportedSession]
    notes: list[str]
    projects: NotRequired[int]
    dry_run: NotRequired[bool]


class ImportedSession(TypedDict):
    """A session that was brought; `source_id` is its id where it comes from."""

    id: str
    source_id: str
    title: str | None
    form: Literal["chatgpt", "claude", "palaver"]
    message_count: int


class InTwo(TypedDict):
    """The same in English and in Swahili."""

    en: str
    sw: str


class Interrupted(TypedDict):
    """What an interruption ended: the run, or null where nothing was under way."""

    run: RunView | None


class Invited(TypedDict):
    """An invitation. `token` is there once, in the answer to who made it; `link` has it where no server sees
    it.
    """

    id: str
    session_id: str
    role: Literal["editor", "owner", "viewer"]
    created_at: str
    expires_at: str
    uses_left: int
    token: NotRequired[str | None]
    link: NotRequired[str | None]


class IssuerOffered(TypedDict):
    """An issuer by which people sign in: at `/api/v1/auth/oidc/{id}`."""

    id: str
    name: str


class KeptFiles(TypedDict):
    """What a checkpoint keeps of the workspace."""

    count: int
    bytes: int


class KeyInfo(TypedDict):
    """An API key without its secret. One that was rotated, and the key that followed it, know each other."""

    id: str
    name: str
    scopes: list[str] | None
    created_at: str
    expires_at: str | None
    last_used_at: str | None
    networks: NotRequired[list[str] | None]
    replaces_id: NotRequired[str | None]
    replaced_by_id: NotRequired[str | None]


class LimitReached(TypedDict):
    """The turn ends here because of a bound that was set: max_turns, budget_exceeded, max_seconds, repeating."""

    type: Literal["limit"]
    seq: int
    run_id: str
    session_id: str
    code: str
    message: str


class Manifest(TypedDict):
    """What the last model call of an answer was based on; without `message_id`, what the next one would be.
    `shortened` are messages whose results were told in part, `left_out` those that did not fit,
    `not_considered` how many stand before all of them; `steps_left_out` counts calls of the answer itself.
    `guidance` is what was added to the instructions for this turn. `files` were told whole or in part; of
    `project_files` the model was told that tools can read them. `memories` are the facts about the person
    that were told, `summary_id` the message that stands for `summarized` older ones. `attachments` are the
    files and images of the messages that were told, `images` counts those shown.
    """

    message_id: NotRequired[str | None]
    session_id: str
    run_id: NotRequired[str | None]
    model: str
    provider: str
    window: NotRequired[int | None]
    settings: NotRequired[dict[str, Any]]
    instructions: NotRequired[Hashed | None]
    guidance: NotRequired[list[Hashed]]
    messages: NotRequired[Stretch]
    shortened: NotRequired[list[str]]
    left_out: NotRequired[Stretch]
    not_considered: NotRequired[int]
    steps_left_out: NotRequired[int]
    summary_id: NotRequired[str | None]
    summarized: NotRequired[int]
    memories: NotRequired[list[str]]
    files: NotRequired[list[str]]
    project_files: NotRequired[list[str]]
    attachments: NotRequired[list[Attachment]]
    images: NotRequired[int]
    tools: NotRequired[Offered]
    tokens: NotRequired[Tokens]
    at: NotRequired[str | None]


class MarkedRead(TypedDict):
    """Somebody has read up to this message."""

    type: Literal["read"]
    user_id: str
    message_id: str
    session_id: str


class McpServer(TypedDict):
    """As the API has it."""

    id: str
    version: int
    source: str
    shared: bool
    read_only: bool
    created_at: str
    updated_at: str
    type: NotRequired[Literal["stdio", "http", "sse"] | None]
    command: NotRequired[str | None]
    args: NotRequired[list[str] | None]
    env: NotRequired[dict[str, str] | None]
    cwd: NotRequired[str | None]
    url: NotRequired[str | None]
    headers: NotRequired[dict[str, str] | None]
    oauth: NotRequired[OAuth | None]
    name: str
    description: NotRequired[str | None]


class McpServerChanges(TypedDict):
    """As the API has it."""

    type: NotRequired[Literal["stdio", "http", "sse"] | None]
    command: NotRequired[str | None]
    args: NotRequired[list[str] | None]
    env: NotRequired[dict[str, str] | None]
    cwd: NotRequired[str | None]
    url: NotRequired[str | None]
    headers: NotRequired[dict[str, str] | None]
    oauth: NotRequired[OAuth | None]
    name: NotRequired[str | None]
    description: NotRequired[str | None]
    shared: NotRequired[bool | None]
    version: NotRequired[int | None]


class McpServerListed(TypedDict):
    """As the API has it."""

    id: str
    version: int
    source: str
    shared: bool
    read_only: bool
    created_at: str
    updated_at: str
    type: NotRequired[Literal["stdio", "http", "sse"] | None]
    command: NotRequired[str | None]
    args: NotRequired[list[str] | None]
    env: NotRequired[dict[str, str] | None]
    cwd: NotRequired[str | None]
    url: NotRequired[str | None]
    headers: NotRequired[dict[str, str] | None]
    oauth: NotRequired[OAuth | None]
    name: str
    description: NotRequired[str | None]
    status: NotRequired[Any]


class Me(TypedDict):
    """Whose credential it is, of which kind, and what it may do; `scopes` null is all that the role allows."""

    user: UserInfo
    via: Literal["cookie", "issuer", "key", "ticket", "token"]
    key_id: str | None
    scopes: list[str] | None


class Member(TypedDict):
    """Somebody who takes part. The owner did from the beginning, so `joined_at` is null there."""

    user_id: str
    name: str
    role: Literal["editor", "owner", "viewer"]
    joined_at: str | None
    read_message_id: str | None


class MemberJoined(TypedDict):
    """Somebody takes part from now on, or in another role."""

    type: Literal["member_joined"]
    person: Person
    role: Literal["editor", "owner", "viewer"]
    session_id: str


class MemberLeft(TypedDict):
    """Somebody takes part no more: their streams and sockets of this session end."""

    type: Literal["member_left"]
    user_id: str
    session_id: str


class Memory(TypedDict):
    """How much is remembered of a person: what they said about it, what the server allows, how much there is.
    `recall` and `extraction` say whether the server tells facts to models, and lets models pick facts.
    """

    mode: Literal["off", "on", "recall"]
    recall: bool
    extraction: bool
    facts: int
    most_facts: int
    most_characters: int


class Message(TypedDict):
    """One node of a session's tree. `text` is its text parts joined; times are RFC 3339 UTC. `summary` stands
    only in messages that sum up earlier ones, `author` only in messages of people: in sessions in which more
    than one takes part, or did, and where somebody from the team answered instead of a model. `help` is who
    was said to help before this answer, where that was; only whoever was answered sees it.
    """

    id: str
    session_id: str
    parent_id: NotRequired[str | None]
    role: Literal["assistant", "system", "tool", "user"]
    parts: NotRequired[
        list[TextPart | ImagePart | FilePart | AudioPart | ReasoningPart | ToolCallPart | ToolResultPart]
    ]
    text: NotRequired[str]
    model: NotRequired[str | None]
    provider: NotRequired[str | None]
    usage: NotRequired[Usage | None]
    latency_ms: NotRequired[float | None]
    status: NotRequired[Literal["complete", "error", "partial"]]
    finish_reason: NotRequired[Literal["error", "interrupted", "length", "stop", "tool_calls"] | None]
    error: NotRequired[MessageError | None]
    structured_output: NotRequired[Any]
    summary: NotRequired[Summary]
    siblings: NotRequired[Siblings]
    metadata: NotRequired[dict[str, Any]]
    author: NotRequired[Author]
    help: NotRequired[HelpShown]
    created_at: str


class MessageError(TypedDict):
    """Why a message is not whole: one of our stable codes and a sentence for people."""

    code: str
    message: str


class MessageFinished(TypedDict):
    """The finished message, whole."""

    type: Literal["message"]
    seq: int
    run_id: str
    session_id: str
    message: Message


class ModelInfo(TypedDict):
    """A model as clients see it. `ready` says whether asking it makes sense now."""

    id: str
    provider: str
    name: str
    context_window: int | None
    max_output: int | None
    capabilities: list[Literal["images", "json_schema", "reasoning", "tools"]]
    price: Price | None
    local: bool
    ready: bool


class ModeratedText(TypedDict):
    """What is done about a text, and why. `text` is what may be told of it: all where the action is `allow`
    or `flag`; with another text in place of what may not be told where it is `rewrite`; up to there, and why
    it ends, where it is `block`. `unknown` names other services that were asked and did not answer.
    """

    action: Literal["allow", "block", "flag", "rewrite"]
    category: (
        Literal["harassment", "hate", "illicit", "medical", "minors", "secrecy", "self_harm", "sexual", "violence"]
        | None
    )
    hits: list[ModerationHit]
    text: str
    version: str
    unknown: list[str]


class ModerationHit(TypedDict):
    """One place that a rule speaks about: code points `start` to `end` of what was given, and what is done
    about it. What a trained model or another service says is about the whole text.
    """

    rule: str
    category: Literal[
        "harassment", "hate", "illicit", "medical", "minors", "secrecy", "self_harm", "sexual", "violence"
    ]
    action: Literal["allow", "block", "flag", "rewrite"]
    start: int
    end: int
    language: str


class Moved(TypedDict):
    """Where the session's head stands now, and how many messages lie behind it on another branch."""

    head_message_id: str | None
    left: int


class NamedTool(TypedDict):
    """The one tool that the model has to call first."""

    name: str


class NewAgent(TypedDict):
    """As the API has it."""

    name: str
    description: str
    instructions: str
    model: NotRequired[str | None]
    tools: NotRequired[list[str] | None]
    disallowed_tools: NotRequired[list[str] | None]
    permission_mode: NotRequired[Literal["default", "acceptEdits", "plan", "dontAsk", "bypassPermissions"] | None]
    max_turns: NotRequired[int | None]
    skills: NotRequired[list[str] | None]
    mcp_servers: NotRequired[list[str] | None]
    output_format: NotRequired[OutputFormatIn | None]
    care: NotRequired[Literal["off", "safety", "companion"] | None]
    shared: NotRequired[bool]


class NewCommand(TypedDict):
    """As the API has it."""

    name: str
    description: str
    body: str
    argument_hint: NotRequired[str | None]
    model: NotRequired[str | None]
    allowed_tools: NotRequired[list[str] | None]
    shared: NotRequired[bool]


class NewHook(TypedDict):
    """As the API has it."""

    url: str
    matcher: NotRequired[str | None]
    secret: NotRequired[str | None]
    timeout: NotRequired[float | None]
    name: str
    event: Literal[
        "PreToolUse",
        "PostToolUse",
        "UserPromptSubmit",
        "SessionStart",
        "SessionEnd",
        "Stop",
        "SubagentStop",
        "PreCompact",
        "Notification",
    ]
    shared: NotRequired[bool]


class NewKey(TypedDict):
    """A key that was made now; `key` is told this once and never again."""

    id: str
    name: str
    scopes: list[str] | None
    created_at: str
    expires_at: str | None
    last_used_at: str | None
    key: str
    networks: NotRequired[list[str] | None]
    replaces_id: NotRequired[str | None]
    replaced_by_id: NotRequired[str | None]


class NewMcpServer(TypedDict):
    """As the API has it."""

    type: NotRequired[Literal["stdio", "http", "sse"]]
    command: NotRequired[str | None]
    args: NotRequired[list[str]]
    env: NotRequired[dict[str, str]]
    cwd: NotRequired[str | None]
    url: NotRequired[str | None]
    headers: NotRequired[dict[str, str]]
    oauth: NotRequired[OAuth | None]
    name: str
    description: NotRequired[str | None]
    shared: NotRequired[bool]


class NewSkill(TypedDict):
    """As the API has it."""

    name: str
    description: str
    body: str
    files: NotRequired[dict[str, Any] | None]
    shared: NotRequired[bool]


class NewToolPreset(TypedDict):
    """As the API has it."""

    name: str
    description: NotRequired[str | None]
    tools: NotRequired[list[str] | None]
    allowed_tools: NotRequired[list[str] | None]
    disallowed_tools: NotRequired[list[str] | None]
    permission_mode: NotRequired[Literal["default", "acceptEdits", "plan", "dontAsk", "bypassPermissions"] | None]
    shared: NotRequired[bool]


class Node(TypedDict):
    """A message in its tree: `words` are the first of its text; one that is `shared` was written in another
    session.
    """

    id: str
    parent_id: str | None
    role: Literal["assistant", "system", "tool", "user"]
    depth: int
    siblings: Siblings
    words: str
    shared: bool
    created_at: str


class NotRead(TypedDict):
    """A document whose text, or some of it, cannot be had, and why."""

    path: str
    why: str


class Noticed(TypedDict):
    """Something of the turn is not as it was asked for, and it goes on: a server is not there, for example."""

    type: Literal["notice"]
    seq: int
    run_id: str
    session_id: str
    code: str
    message: str


class OAuth(TypedDict):
    """How a remote server is told who we are, where it wants OAuth; without a client id we register
    ourselves.
    """

    grant: NotRequired[Literal["authorization_code", "client_credentials"]]
    client_id: NotRequired[str | None]
    client_secret: NotRequired[str | None]
    scope: NotRequired[str | None]
    issuer: NotRequired[str | None]


class Offered(TypedDict):
    """The tools that the model was told of, and the hash of what it was told of them."""

    names: NotRequired[list[str]]
    sha256: NotRequired[str | None]


class OfferedPrompt(TypedDict):
    """A prompt of a server; `command` is the name under which people call it."""

    server: str
    name: str
    command: str
    description: NotRequired[str]
    arguments: NotRequired[list[PromptArgument]]


class OfferedResource(TypedDict):
    """Something that can be read at a server."""

    server: str
    uri: str
    name: str
    description: NotRequired[str]
    media_type: NotRequired[str | None]
    size: NotRequired[int | None]


class Option(TypedDict):
    """One answer that is offered."""

    label: str
    description: NotRequired[str]


class Origin(TypedDict):
    """Where a session was forked from; `message_id` is None where nothing had been said there yet."""

    session_id: str
    message_id: str | None


class OutputFormat(TypedDict):
    """The form of an answer."""

    type: Literal["json_schema"]
    schema: dict[str, Any]
    name: NotRequired[str]


class OutputFormatIn(TypedDict):
    """The JSON Schema (2020-12) that an answer is to follow."""

    type: NotRequired[str]
    schema: dict[str, Any]
    name: NotRequired[str | None]


class Person(TypedDict):
    """Somebody as the others see them."""

    user_id: str
    name: str


class Presence(TypedDict):
    """Who is there now: each person once, however many windows they have open."""

    type: Literal["presence"]
    users: list[Person]
    session_id: str


class Price(TypedDict):
    """A model's price. `source` says who says so, `since` from which day on, where that is known."""

    input_usd_per_mtok: float
    output_usd_per_mtok: float
    cached_usd_per_mtok: NotRequired[float | None]
    cache_written_usd_per_mtok: NotRequired[float | None]
    steps: NotRequired[list[Step]]
    source: str
    since: NotRequired[str | None]


class Probe(TypedDict):
    """A gentle question that may follow, in the language of the text, and what it follows from."""

    text: str
    language: str
    because: str


class Project(TypedDict):
    """Sessions of one purpose. `instructions` are told to the model in each of them, beside their own."""

    id: str
    name: str
    description: NotRequired[str | None]
    instructions: NotRequired[str | None]
    metadata: NotRequired[dict[str, Any]]
    created_at: str
    updated_at: str


class PromptArgument(TypedDict):
    """What a prompt wants to know."""

    name: str
    description: NotRequired[str]
    required: NotRequired[bool]


class Question(TypedDict):
    """Something to ask the person; without options the answer is free text. `multi`: several may be chosen;
    `optional`: none need be.
    """

    header: str
    question: str
    options: NotRequired[list[Option]]
    multi: NotRequired[bool]
    optional: NotRequired[bool]


class QuestionAnswered(TypedDict):
    """What the person said, one list per question; None where they would not say, or not in time. `user_id`
    is who answered, where that is not who asked.
    """

    type: Literal["question_answered"]
    seq: int
    run_id: str
    session_id: str
    call_id: str
    answers: list[list[str]] | None
    by: Literal["cancel", "expiry", "person"]
    user_id: NotRequired[str | None]


class QuestionAsked(TypedDict):
    """The agent asks the person and waits. `interrupted`: a call was cut, and may only be made again if they
    say so.
    """

    type: Literal["question"]
    seq: int
    run_id: str
    session_id: str
    call_id: str
    questions: list[Question]
    expires_at: str | None
    interrupted: NotRequired[bool]


class Rate(TypedDict):
    """US dollars per million tokens; None means that tokens from a cache, or into it, cost as much as others."""

    input: float
    output: float
    cached: NotRequired[float | None]
    written: NotRequired[float | None]


class Readiness(TypedDict):
    """Whether requests should be sent here."""

    status: str


class ReasoningGrew(TypedDict):
    """A piece of what the model thinks aloud."""

    type: Literal["reasoning"]
    seq: int
    run_id: str
    session_id: str
    content: str


class ReasoningPart(TypedDict):
    """What a model thought aloud; `signature` is the vendor's seal, kept for the next call. A seal begins
    with the provider's kind and a colon; other kinds of providers leave sealed thoughts out.
    """

    type: Literal["reasoning"]
    text: str
    signature: NotRequired[str | None]


class Redacted(TypedDict):
    """The text with tokens. What is the same has the same token; tokens count anew in every answer."""

    text: str
    entities: list[RedactedEntity]
    coverage: Coverage


class RedactedEntity(TypedDict):
    """A place in the text that was sent (`end` is the first character behind it), and the token that stands
    for it.
    """

    kind: Literal[
        "account", "address", "card", "coordinates", "email", "iban", "ip", "name", "national_id", "phone", "secret"
    ]
    start: int
    end: int
    token: str


class Replayed(TypedDict):
    """How many deliveries wait again."""

    queued: int


class RestoredFiles(TypedDict):
    """What became of which files; folders end with `/`."""

    created: NotRequired[list[str]]
    changed: NotRequired[list[str]]
    deleted: NotRequired[list[str]]


class Rewound(TypedDict):
    """What a rewind did, or would do (`preview`). `checkpoint_id` takes it back. `not_undone` are calls that
    reached outside since then: what they did there cannot be taken back from here.
    """

    restored: WhatWas
    checkpoint_id: str | None
    not_undone: list[Effect]
    preview: NotRequired[bool]


class RunDone(TypedDict):
    """Always last."""

    type: Literal["done"]
    seq: int
    run_id: str
    session_id: str
    finish_reason: Literal["error", "interrupted", "length", "stop", "tool_calls"]
    duration_ms: float
    turns: int


class RunFailed(TypedDict):
    """Why the turn failed; never mixed into content."""

    type: Literal["error"]
    seq: int
    run_id: str
    session_id: str
    code: str
    message: str
    retryable: bool


class RunStarted(TypedDict):
    """Who is asked, and the ids under which question and answer are kept. `author` asks, where more than one
    takes part. `branched`: the question names another parent than the message that was the newest, so it
    stands on a branch of its own.
    """

    type: Literal["run"]
    seq: int
    run_id: str
    session_id: str
    user_message_id: str | None
    message_id: str
    model: str
    provider: str
    author: NotRequired[Author]
    branched: NotRequired[bool]


class RunView(TypedDict):
    """A run as clients see it; with `parent_run_id` it answers that run's call. `usage` is there once it is
    over. `branched`: its question names another parent than the message that was the newest.
    """

    id: str
    session_id: str
    status: Literal["done", "queued", "running", "waiting"]
    user_message_id: str | None
    message_id: str
    model: str
    provider: str
    finish_reason: str | None
    error: str | None
    created_at: str
    started_at: str | None
    ended_at: str | None
    parent_run_id: NotRequired[str | None]
    parent_call_id: NotRequired[str | None]
    usage: NotRequired[Usage | None]
    branched: NotRequired[bool]


class RunWaits(TypedDict):
    """Nothing of the turn is under way until somebody answers, or a subagent is done, about these calls."""

    type: Literal["waiting"]
    seq: int
    run_id: str
    session_id: str
    call_ids: list[str]


class Said(TypedDict):
    """What somebody said of a purpose, to which version of its words, and when."""

    purpose: Literal["course", "emotion", "escalation_contact", "sharing_with_counsellors"]
    granted: bool
    version: int
    at: str


class Segment(TypedDict):
    """A part of a text that is in one language: code points `start` to `end`. `sure` is from 0.5 to 1."""

    start: int
    end: int
    language: Literal["en", "sw", "unknown"]
    sure: float


class ServerOffer(TypedDict):
    """How a server fares now that it was asked, and what it offers."""

    status: ServerStatus
    resources: list[OfferedResource]
    prompts: list[OfferedPrompt]
    notices: list[ToolsMcpNotice]


class ServerStatus(TypedDict):
    """How a server fares now; nothing was started to find out."""

    name: str
    source: str
    type: str
    state: Literal["failed", "idle", "ready", "sign_in", "starting"]
    tools: NotRequired[list[str]]
    error: NotRequired[str | None]


class Session(TypedDict):
    """A conversation. Counts cover all branches; `cost` is in US dollars, None where no price is known.
    `run_id` is the run that this session works for, where a subagent talks in it; lists leave such sessions
    out. `role` is the reader's, and stands only where others than the owner take part, or did. `human` stands
    only while somebody from the team answers there, and models do not.
    """

    id: str
    title: NotRequired[str | None]
    title_source: NotRequired[Literal["auto", "user"]]
    model: NotRequired[str | None]
    provider: NotRequired[str | None]
    system_prompt: NotRequired[str | None]
    settings: NotRequired[dict[str, Any]]
    permission_mode: NotRequired[Literal["acceptEdits", "bypassPermissions", "default", "dontAsk", "plan"]]
    tags: NotRequired[list[str]]
    metadata: NotRequired[dict[str, Any]]
    pinned: NotRequired[bool]
    archived: NotRequired[bool]
    project_id: NotRequired[str | None]
    parent: NotRequired[Origin | None]
    head_message_id: NotRequired[str | None]
    active_run_id: NotRequired[str | None]
    run_id: NotRequired[str | None]
    status: NotRequired[Literal["error", "idle", "running", "waiting"]]
    message_count: NotRequired[int]
    turn_count: NotRequired[int]
    usage: NotRequired[Usage]
    cost: NotRequired[float | None]
    created_at: str
    updated_at: str
    last_message_at: NotRequired[str | None]
    role: NotRequired[Literal["editor", "owner", "viewer"]]
    human: NotRequired[Human]


class SessionCare(TypedDict):
    """How much of care there is in a session. `own` says that it was given this one; else it follows the
    server. `choices` are those its owner may give it.
    """

    session_id: str
    profile: Literal["companion", "off", "safety"]
    own: bool
    choices: list[Literal["companion", "off", "safety"]]


class SessionOpened(TypedDict):
    """Always first: which session this turn belongs to."""

    type: Literal["session"]
    seq: int
    run_id: str
    session_id: str
    title: str | None
    created: bool


class Share(TypedDict):
    """What one part consumed; `key` says which, "" what belongs to none: asked without an API key, for
    example. `name` is how people call it: a user's address, a key's or an organisation's name.
    """

    key: str
    used: Consumed
    name: NotRequired[str | None]


class Siblings(TypedDict):
    """How many messages share this one's parent, and which of them this is, from 0."""

    count: NotRequired[int]
    index: NotRequired[int]


class SignInAt(TypedDict):
    """The address at which the person signs in, in a browser."""

    url: str


class Signal(TypedDict):
    """One place in the text that a rule speaks about: code points `start` to `end` of what was given."""

    rule: str
    concern: Literal["abuse", "for_another", "harm_to_others", "medical_emergency", "self_directed", "self_harm"]
    level: Literal["critical", "high", "low", "medium", "none"]
    start: int
    end: int
    language: str
    adjusted_by: NotRequired[str | None]


class SignedIn(TypedDict):
    """Tokens of a sign-in. Both `expires_in` are seconds from now."""

    access_token: str
    token_type: Literal["bearer"]
    expires_in: int
    refresh_token: str
    refresh_expires_in: int
    user: UserInfo


class Skill(TypedDict):
    """As the API has it."""

    id: str
    version: int
    source: str
    shared: bool
    read_only: bool
    created_at: str
    updated_at: str
    name: str
    description: NotRequired[str | None]
    body: NotRequired[str | None]
    files: NotRequired[dict[str, Any] | None]


class SkillChanges(TypedDict):
    """As the API has it."""

    name: NotRequired[str | None]
    description: NotRequired[str | None]
    body: NotRequired[str | None]
    files: NotRequired[dict[str, Any] | None]
    shared: NotRequired[bool | None]
    version: NotRequired[int | None]


class Source(TypedDict):
    """Where it was said."""

    session_id: str
    message_id: str


class Stats(TypedDict):
    """Counts over everything of one person; `active` are sessions answering now, `today` messages of this
    day.
    """

    sessions: int
    messages: int
    active: int
    today: int
    mean_latency_ms: float | None
    p95_latency_ms: float | None
    most_used_model: str | None
    most_used_provider: str | None
    input_tokens: int
    output_tokens: int
    cost_usd: float | None


class Step(TypedDict):
    """The rate of calls with more than `above` tokens in; it holds for all their tokens."""

    above: int
    rate: Rate


class StepRestarted(TypedDict):
    """The model step was cut and is asked again: text since `from_seq` (inclusive) is void."""

    type: Literal["step_restarted"]
    seq: int
    run_id: str
    session_id: str
    from_seq: int


class Stretch(TypedDict):
    """Messages of one branch, from the first to the last; `count` are those of them that say something."""

    count: NotRequired[int]
    from_message_id: NotRequired[str | None]
    to_message_id: NotRequired[str | None]


class SubagentTold(TypedDict):
    """An event of a subagent's own run, as it was told there, below the call that started it."""

    type: Literal["subagent"]
    seq: int
    run_id: str
    session_id: str
    parent_call_id: str
    child_run_id: str
    child_session_id: str
    event: dict[str, Any]


class Summary(TypedDict):
    """The receipt of a summary: which messages of its branch it stands for, and what that saves. Both
    messages are inclusive; the originals remain where they are. `extractive`: sentences that were picked, not
    written, because the model cannot summarise. `checked`: a second look compared it with the originals, and
    `repaired` it where something was missing. `undone`: it was taken back, and the originals are told again.
    """

    from_message_id: str
    to_message_id: str
    messages: int
    tokens_before: int
    tokens_after: int
    because: NotRequired[Literal["asked", "full"]]
    checked: NotRequired[bool]
    repaired: NotRequired[bool]
    extractive: NotRequired[bool]
    focus: NotRequired[str | None]
    undone: NotRequired[bool]


class Synced(TypedDict):
    """Whether the user of an external issuer was new here."""

    status: Literal["created", "exists"]
    user_id: str


class Template(TypedDict):
    """Files with which a session may begin; `default` is that of sessions for which nobody names another."""

    name: str
    files: int
    size: int
    default: bool


class TextGrew(TypedDict):
    """A piece of the answer."""

    type: Literal["content"]
    seq: int
    run_id: str
    session_id: str
    content: str


class TextIn(TypedDict):
    """Plain text."""

    type: Literal["text"]
    text: str


class TextPart(TypedDict):
    """Plain text or Markdown."""

    type: Literal["text"]
    text: str


class TicketInfo(TypedDict):
    """Opens one WebSocket, within `expires_in` seconds, as `?ticket=`."""

    ticket: str
    expires_in: int


class TitleChanged(TypedDict):
    """The session has a new title."""

    type: Literal["title"]
    seq: int
    run_id: str
    session_id: str
    title: str


class Tokens(TypedDict):
    """Tokens by part, counted here before the model was asked (`total`). `reported` is what the model's
    server says that call filled of the window, its answer included.
    """

    instructions: NotRequired[int]
    summary: NotRequired[int]
    memories: NotRequired[int]
    tools: NotRequired[int]
    messages: NotRequired[int]
    answer_so_far: NotRequired[int]
    total: NotRequired[int]
    reported: NotRequired[int | None]


class ToolCallGrew(TypedDict):
    """A piece of a call's arguments, as JSON text."""

    type: Literal["tool_call_delta"]
    seq: int
    run_id: str
    session_id: str
    call_id: str
    name: str
    arguments_delta: str


class ToolCallPart(TypedDict):
    """A call that a model asks for; `server` is the MCP server whose tool it is."""

    type: Literal["tool_call"]
    call_id: str
    name: str
    arguments: dict[str, Any]
    server: NotRequired[str | None]


class ToolCalled(TypedDict):
    """A whole call that a model asks for. `flaw` says why the arguments could not be read; then they are
    empty.
    """

    type: Literal["tool_call"]
    seq: int
    run_id: str
    session_id: str
    call_id: str
    name: str
    arguments: dict[str, Any]
    server: NotRequired[str | None]
    flaw: NotRequired[str | None]


class ToolFinished(TypedDict):
    """What came of a call. `truncated`: the whole stands in a file that `content` names; `cost_usd`: of a
    subagent.
    """

    type: Literal["tool_result"]
    seq: int
    run_id: str
    session_id: str
    call_id: str
    ok: bool
    content: str
    duration_ms: float
    truncated: bool
    parts: NotRequired[list[ImagePart | FilePart]]
    cost_usd: NotRequired[float]


class ToolHanded(TypedDict):
    """A call that the client makes itself: the turn ends with it, and what came of it comes with the next
    one.
    """

    type: Literal["tool_handed"]
    seq: int
    run_id: str
    session_id: str
    call_id: str


class ToolInfo(TypedDict):
    """A tool as people see it. `offered`: agents have it when nothing else is said."""

    name: str
    description: str
    parameters: dict[str, Any]
    effect: Literal["acts", "edits", "notes", "reads"]
    server: str | None
    offered: bool


class ToolPreset(TypedDict):
    """As the API has it."""

    id: str
    version: int
    source: str
    shared: bool
    read_only: bool
    created_at: str
    updated_at: str
    name: str
    description: NotRequired[str | None]
    tools: NotRequired[list[str] | None]
    allowed_tools: NotRequired[list[str] | None]
    disallowed_tools: NotRequired[list[str] | None]
    permission_mode: NotRequired[Literal["default", "acceptEdits", "plan", "dontAsk", "bypassPermissions"] | None]


class ToolPresetChanges(TypedDict):
    """As the API has it."""

    name: NotRequired[str | None]
    description: NotRequired[str | None]
    tools: NotRequired[list[str] | None]
    allowed_tools: NotRequired[list[str] | None]
    disallowed_tools: NotRequired[list[str] | None]
    permission_mode: NotRequired[Literal["default", "acceptEdits", "plan", "dontAsk", "bypassPermissions"] | None]
    shared: NotRequired[bool | None]
    version: NotRequired[int | None]


class ToolProgressed(TypedDict):
    """A line of what goes on in a call that runs."""

    type: Literal["tool_progress"]
    seq: int
    run_id: str
    session_id: str
    call_id: str
    content: str


class ToolResultIn(TypedDict):
    """What came of one call that the client made."""

    call_id: str
    content: str
    ok: NotRequired[bool]


class ToolResultPart(TypedDict):
    """What came of a call: text for the model, and images and files that came with it."""

    type: Literal["tool_result"]
    call_id: str
    ok: bool
    content: str
    truncated: NotRequired[bool]
    parts: NotRequired[list[ImagePart | FilePart]]


class ToolStarted(TypedDict):
    """A call begins, with exactly these arguments; `child_run_id` where a run of its own answers it.
    `replay_safe`: where the server stops in the middle, the call is simply made again.
    """

    type: Literal["tool_started"]
    seq: int
    run_id: str
    session_id: str
    call_id: str
    arguments: dict[str, Any]
    replay_safe: NotRequired[bool]
    child_run_id: NotRequired[str | None]
    child_session_id: NotRequired[str | None]


class Try(TypedDict):
    """One try of a delivery: `status` where there was an answer, `excerpt` of what it said, else `error`."""

    at: str
    status: NotRequired[int | None]
    error: NotRequired[str | None]
    excerpt: NotRequired[str]
    duration_ms: NotRequired[float]


class Typing(TypedDict):
    """Somebody is writing, or is not any more."""

    type: Literal["typing"]
    user_id: str
    on: bool
    session_id: str


class UploadInfo(TypedDict):
    """A file that was brought in for messages; parts of messages name it by `id`."""

    id: str
    name: str
    media_type: str
    size: int
    sha256: str
    created_at: str


class Usage(TypedDict):
    """Tokens of one or several model calls; `cost_usd` is None where no price is known. `cached_tokens` (read
    from a cache) and `cache_written_tokens` are part of `input_tokens`, `reasoning_tokens` of
    `output_tokens`. `estimated` says that the vendor reported nothing and the tokens were counted here.
    """

    input_tokens: NotRequired[int]
    output_tokens: NotRequired[int]
    cached_tokens: NotRequired[int]
    cache_written_tokens: NotRequired[int]
    reasoning_tokens: NotRequired[int]
    cost_usd: NotRequired[float | None]
    estimated: NotRequired[bool]


class UsageCounted(TypedDict):
    """What the turn consumed so far; the limit is None where the model's window is not known."""

    type: Literal["usage"]
    seq: int
    run_id: str
    session_id: str
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    cost_usd: float | None
    context_tokens: int
    context_limit: int | None


class UsageReport(TypedDict):
    """What was consumed, in parts and together; `total` is the sum of the parts. By organisation, those who
    belong to several count for each.
    """

    by: Literal["day", "key", "model", "organisation", "session", "user"]
    items: list[Share]
    total: Consumed


class UserInfo(TypedDict):
    """A user as told to that user."""

    id: str
    email: str | None
    name: str | None
    role: Literal["admin", "counsellor", "member", "viewer"]
    created_at: str


class Webhook(TypedDict):
    """An endpoint that is told what happens, in order. `waiting` counts what it was not told yet; while it
    fails, `failing_since` and `next_try_at` say so. Secrets that were replaced are signed with until
    `old_secrets_until`. `notice` stays until it is enabled again.
    """

    id: str
    url: str
    events: list[str]
    description: NotRequired[str]
    enabled: NotRequired[bool]
    notice: NotRequired[WebhooksNotice | None]
    waiting: NotRequired[int]
    failing_since: NotRequired[str | None]
    next_try_at: NotRequired[str | None]
    old_secrets_until: NotRequired[str | None]
    created_at: str
    updated_at: str


class WebhookWithSecret(TypedDict):
    """The same with its new secret, which is told this once."""

    id: str
    url: str
    events: list[str]
    description: NotRequired[str]
    enabled: NotRequired[bool]
    notice: NotRequired[WebhooksNotice | None]
    waiting: NotRequired[int]
    failing_since: NotRequired[str | None]
    next_try_at: NotRequired[str | None]
    old_secrets_until: NotRequired[str | None]
    created_at: str
    updated_at: str
    secret: str


class WhatWas(TypedDict):
    """What was restored; None for what was not to be."""

    messages: Moved | None
    files: RestoredFiles | None


class ToolsMcpNotice(TypedDict):
    """Something that is not as it was asked for, in the shape of the event `notice`."""

    code: str
    message: str


class WebhooksNotice(TypedDict):
    """Why an endpoint was disabled: `failing` for too long, `gone` by its own word, or a `backlog` too long."""

    code: Literal["backlog", "failing", "gone"]
    message: str
    at: str


class Asking(TypedDict, total=False):
    """A turn to take in a session that is named, or in a new one."""

    client_tools: list[ClientTool] | None
    tool_results: list[ToolResultIn] | None
    tool_choice: Literal["auto", "none", "required"] | NamedTool | None
    parallel_tool_calls: bool | None
    model: str | None
    system_prompt: str | None
    system_prompt_append: str | None
    max_output_tokens: int | None
    max_turns: int | None
    max_budget_usd: float | None
    temperature: float | None
    top_p: float | None
    stop: list[str] | None
    effort: Literal["minimal", "low", "medium", "high"] | None
    permission_mode: Literal["default", "acceptEdits", "plan", "dontAsk", "bypassPermissions"] | None
    allowed_tools: list[str] | None
    disallowed_tools: list[str] | None
    tool_preset: str | None
    output_format: OutputFormat | None
    agent: str | None
    agents: dict[str, dict[str, Any]] | list[str] | None
    skills: list[str] | None
    mcp_servers: dict[str, dict[str, Any] | None] | None
    hooks: dict[str, list[dict[str, Any]]] | None
    when_busy: Literal["reject", "queue", "interrupt"]
    metadata: dict[str, Any] | None
    idempotency_key: str | None
    parent_message_id: str | None
    parts: list[TextIn | ImageIn | FileIn] | None
    session_id: str | None
    template: str | None


class FactFields(TypedDict, total=False):
    """What becomes of a fact."""

    project_id: str | None
    pinned: bool
    text: str


class MessageFields(TypedDict, total=False):
    """What becomes of a message: `text` or `parts` make a sibling of it, `metadata` changes it where it
    stands.
    """

    parts: list[TextIn | ImageIn | FileIn] | None
    metadata: dict[str, Any] | None


class NewFact(TypedDict, total=False):
    """Something that is to be remembered."""

    project_id: str | None
    pinned: bool
    message_id: str | None


class NewProject(TypedDict, total=False):
    """A project that is to be."""

    description: str | None
    instructions: str | None
    metadata: dict[str, Any]


class NewSession(TypedDict, total=False):
    """A session as it begins."""

    title: str | None
    model: str | None
    system_prompt: str | None
    settings: dict[str, Any] | None
    permission_mode: Literal["default", "acceptEdits", "plan", "dontAsk", "bypassPermissions"]
    tags: list[str] | None
    metadata: dict[str, Any] | None
    pinned: bool
    archived: bool
    project_id: str | None
    template: str | None


class NewWebhook(TypedDict, total=False):
    """A webhook that is to be."""

    description: str
    enabled: bool


class ProjectFields(TypedDict, total=False):
    """What becomes of a project."""

    description: str | None
    instructions: str | None
    metadata: dict[str, Any]
    name: str


class SessionFields(TypedDict, total=False):
    """What a client may change of a session."""

    title: str | None
    model: str | None
    system_prompt: str | None
    settings: dict[str, Any] | None
    permission_mode: Literal["default", "acceptEdits", "plan", "dontAsk", "bypassPermissions"]
    tags: list[str] | None
    metadata: dict[str, Any] | None
    pinned: bool
    archived: bool
    project_id: str | None
    head_message_id: str | None


class WebhookFields(TypedDict, total=False):
    """What becomes of a webhook."""

    url: str
    events: list[
        Literal[
            "*",
            "session.created",
            "session.title_changed",
            "session.compacted",
            "session.deleted",
            "message.created",
            "run.started",
            "run.waiting",
            "run.finished",
            "run.failed",
            "approval.requested",
            "question.requested",
            "webhook.disabled",
        ]
    ]
    description: str
    enabled: bool


Event: TypeAlias = (
    SessionOpened
    | RunStarted
    | TextGrew
    | ReasoningGrew
    | ToolCallGrew
    | ToolCalled
    | ToolStarted
    | ToolHanded
    | ToolProgressed
    | ToolFinished
    | ApprovalAsked
    | ApprovalResolved
    | QuestionAsked
    | QuestionAnswered
    | HookFired
    | Noticed
    | CareTold
    | LimitReached
    | Controlled
    | RunWaits
    | SubagentTold
    | StepRestarted
    | Compacted
    | TitleChanged
    | UsageCounted
    | MessageFinished
    | RunFailed
    | RunDone
)


Sign: TypeAlias = MemberJoined | MemberLeft | MarkedRead | Typing | Presence
