"""What Palaver promises its users, as data; the tests that keep a promise name it, and no promise goes without one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

Test = TypeVar("Test", bound=Callable[..., Any])

SSE = "https://html.spec.whatwg.org/multipage/server-sent-events.html"
PROBLEM = "https://www.rfc-editor.org/rfc/rfc9457"


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """One sentence that holds for everybody who uses Palaver, and where it comes from."""

    says: str
    because: str  # "product", a link to a standard, or "issue:#n"


PROMISES = {
    "runs:kill:nothing-lost": Promise(
        says="What a client has heard is in the journal, whenever the process is killed.", because="issue:#2"
    ),
    "runs:kill:every-run-ends": Promise(
        says="Every accepted run comes to its end after a restart, once.", because="issue:#2"
    ),
    "runs:watch:no-gap": Promise(says="A reader who returns with its last id misses nothing.", because=SSE),
    "runs:watch:same-for-all": Promise(
        says="All readers of a run hear the same bytes, but for what is for whoever asked alone.", because="issue:#2"
    ),
    "runs:watch:durable-first": Promise(
        says="Nothing is told before it is written down, and no boundary before the disk has it.", because="product"
    ),
    "runs:watch:slow-reader": Promise(
        says="A reader that is too slow is let go and never slows the run.", because="product"
    ),
    "runs:watch:nothing-left": Promise(says="Abandoned streams leave nothing behind.", because="issue:#2"),
    "audit:append-only": Promise(
        says="What the audit log says was written then: an entry that is changed, put between or taken away is named.",
        because="issue:#6",
    ),
    "audit:acts": Promise(
        says="Who changed who may do what, when and from where, is written down, without content and without secrets.",
        because="issue:#6",
    ),
    "care:resources:sourced": Promise(
        says="Each help resource that ships was read on its own page or an official one, and says which and when.",
        because="issue:#7",
    ),
    "care:resources:never-empty": Promise(
        says="Whoever asks who helps is told of somebody in every country: emergency help and a directory at least.",
        because="issue:#7",
    ),
    "care:resources:pairs": Promise(
        says="Services that are paired are shown together or not at all.", because="issue:#7"
    ),
    "outbound:guarded": Promise(
        says="No address from outside leads inside, however it is written and whatever its name leads to later.",
        because="issue:#6",
    ),
    "outbound:bounded": Promise(
        says="An answer from outside is dropped once it is too large, unpacked, or takes too long.", because="issue:#6"
    ),
    "inbound:unambiguous": Promise(
        says="A request that may be read in two ways is refused, and its connection ends.",
        because="https://www.rfc-editor.org/rfc/rfc9112",
    ),
    "inbound:bounded": Promise(
        says="What comes is bounded in size and time, and who is slow hinders nobody else.", because="issue:#6"
    ),
    "secrets:rotation": Promise(
        says="The key that seals secrets is replaced while the server runs; killed at any step, nothing is lost.",
        because="issue:#6",
    ),
    "secrets:sealed": Promise(
        says="A copy of the database holds no secret that anybody could use.", because="issue:#6"
    ),
    "secrets:planted": Promise(
        says="A secret that comes in anywhere comes out nowhere: in no log, error, metric, event, export or command.",
        because="issue:#6",
    ),
    "care:escalation:once": Promise(
        says="Who is called for somebody in danger is called after any crash, once, and the time to answer runs on.",
        because="issue:#7",
    ),
    "care:escalation:somebody": Promise(
        says="Where nobody answers the next ones are called, and where nobody comes that is loud.", because="issue:#7"
    ),
    "members:roles": Promise(
        says="In a session of several, everybody may do what their role says; strangers see nothing.",
        because="issue:#5",
    ),
    "members:lists": Promise(
        says="A session is found by all who take part in it, and by nobody else.", because="issue:#5"
    ),
    "members:cut-off": Promise(
        says="Who is shown out of a session hears nothing more of it at once, and what they asked ends.",
        because="issue:#5",
    ),
    "members:care": Promise(
        says="Who may need help is told who helps; of those who take part besides, nobody is told that they were.",
        because="issue:#7",
    ),
    "members:order": Promise(
        says="Everybody in a session hears every event in the same order, whoever caused it.", because="issue:#5"
    ),
    "members:authors": Promise(
        says="Where several people speak, messages say who wrote them, models are told, and nobody imitates it.",
        because="issue:#5",
    ),
    "members:own": Promise(
        says="What somebody asks in a session of several is asked with their memory, and counts for them.",
        because="issue:#5",
    ),
    "members:plain": Promise(says="A session of one person says nothing of roles and authors.", because="product"),
    "members:invitations": Promise(
        says="An invitation lets in as many as it says until it is over; its secret is kept and logged nowhere.",
        because="issue:#5",
    ),
    "members:stale-parent": Promise(
        says="Two devices never overwrite each other: a message below an older one branches, and all are told.",
        because="issue:#5",
    ),
    "runs:order": Promise(
        says="The first event is `session`, the last is `done`, and numbers have no gap.", because="product"
    ),
    "runs:cancel:stops-work": Promise(
        says="Cancelling ends the request to the model at once and keeps what was said.", because="issue:#2"
    ),
    "runs:cancel:model-told": Promise(says="The next turn's model is told that an answer was cut.", because="product"),
    "runs:busy": Promise(
        says="A prompt to a session that is answering is refused, waits, or interrupts, as its sender wants.",
        because="product",
    ),
    "runs:idempotent": Promise(says="One idempotency key starts one run.", because="product"),
    "runs:outlive-clients": Promise(says="A client that goes away does not end its run.", because="product"),
    "runs:one-driver": Promise(
        says="One process drives a run; one that was paused past its lease writes nothing more.", because="issue:#2"
    ),
    "service:ends-soon": Promise(
        says="The server ends within five seconds, open streams included, and they can be resumed.", because="issue:#2"
    ),
    "service:disk": Promise(
        says="A database that takes no writes answers 503 and recovers by itself; runs wait.", because="issue:#2"
    ),
    "input:refused": Promise(says="Bad input gets a clear problem and leaves nothing behind.", because=PROBLEM),
    "input:foreign-is-unknown": Promise(
        says="What belongs to others answers like what is not there.", because="product"
    ),
    "models:failures": Promise(
        says="A model that fails becomes an `error` event, never an answer, and the session goes on.",
        because="issue:#2",
    ),
    "models:attribution": Promise(
        says="Each answer tells the next model who gave it; nobody can imitate that.", because="product"
    ),
    "surfaces:responses:resume": Promise(
        says="A response is heard again from any number on, with the same events, also after the server was killed.",
        because="issue:#5",
    ),
    "surfaces:runs": Promise(
        says="What is begun through any protocol is a session and a run that are listed, heard and resumed our way.",
        because="issue:#5",
    ),
    "surfaces:never-wider": Promise(says="No protocol lets an agent do what nobody said yes to.", because="issue:#5"),
    "surfaces:any-body": Promise(
        says="A body of another protocol is answered, or refused in that protocol's shape, and then leaves nothing.",
        because="issue:#5",
    ),
    "surfaces:chat": Promise(
        says="Chat Completions streams piece by piece and leaves tools to its client, whole calls at a time.",
        because="issue:#5",
    ),
    "surfaces:responses": Promise(
        says="Responses and conversations run and are kept here: streamed, with results of tools, read again by page.",
        because="issue:#5",
    ),
    "surfaces:errors": Promise(
        says="Errors have the shape of the protocol that is spoken, 401 included.", because="issue:#5"
    ),
    "surfaces:refused-by-name": Promise(
        says="What a protocol asks for and is not honoured is refused by name, never ignored.", because="issue:#5"
    ),
    "surfaces:one-session": Promise(
        says="A conversation that was begun through one door goes on through another one.", because="issue:#5"
    ),
    "surfaces:histories": Promise(
        says="A history that is sent again goes on in its session, and an edited one is a branch of it.",
        because="issue:#5",
    ),
    "surfaces:unchanged": Promise(
        says="Official clients of other protocols work against Palaver as they are.", because="issue:#5"
    ),
    "surfaces:at-once": Promise(says="Fifty who ask at once get fifty answers, each its own.", because="issue:#5"),
    "client:resumes": Promise(
        says="The client for Python comes back by itself; through cuts and kills no event is lost or heard twice.",
        because="issue:#5",
    ),
    "client:examples": Promise(says="Every example of the client's page runs.", because="issue:#5"),
    "mcp:resume:exactly-what-was-missed": Promise(
        says="An MCP client whose line broke hears the rest of its answer, each event once.", because="issue:#5"
    ),
    "mcp:conforms": Promise(
        says="The protocol's own conformance suite finds nothing wrong with what the MCP server offers.",
        because="https://modelcontextprotocol.io",
    ),
    "mcp:own-servers": Promise(says="No user's MCP server is ever used for another user.", because="issue:#3"),
    "mcp:killed": Promise(
        says="An MCP server that is killed in a call makes that call an error, and is rebuilt.", because="issue:#3"
    ),
    "mcp:away": Promise(
        says="An agent runs without an MCP server that is not there, and is told so.", because="issue:#3"
    ),
    "mcp:nothing-left": Promise(
        says="When Palaver ends, no MCP server and no child of one remains.", because="issue:#3"
    ),
    "mcp:secrets": Promise(says="Secrets of MCP servers are sealed at rest and never shown.", because="issue:#3"),
    "sessions:tree": Promise(says="Editing and asking again make siblings, never a rewrite.", because="product"),
    "sessions:pages": Promise(says="Pages neither skip nor repeat.", because="product"),
    "sessions:search": Promise(says="What was just said can be found at once.", because="product"),
    "sessions:fork": Promise(
        says="A fork costs the same whatever was said, and nothing that is done to one session changes another.",
        because="issue:#4",
    ),
    "sessions:rewind": Promise(
        says="Going back restores messages and files byte for byte, deletes nothing, and can itself be taken back.",
        because="issue:#4",
    ),
    "sessions:rewind:killed": Promise(
        says="A rewind that a kill cut is carried out at the next start: all of it, or nothing.", because="issue:#4"
    ),
    "sessions:killed": Promise(
        says="A kill at any step of a rewind, fork, checkpoint, upload or deletion leaves all of it, or nothing.",
        because="issue:#4",
    ),
    "sessions:effects": Promise(
        says="What calls did outside stands in a ledger before they do it, and a rewind says what stays.",
        because="issue:#4",
    ),
    "sessions:titles": Promise(says="A title that a user gave is never overwritten.", because="product"),
    "sessions:delete": Promise(says="Deleting a session deletes everything that belongs to it.", because="product"),
    "sessions:export": Promise(says="A session can be taken away, whole.", because="product"),
    "projects:ownership": Promise(
        says="A project is its owner's alone; deleting it leaves its sessions.", because="issue:#4"
    ),
    "projects:files": Promise(
        says="Files of a project are its owner's alone, have limits, and go with it.", because="product"
    ),
    "projects:files:read-only": Promise(
        says="All sessions of a project read its files; none changes them, by tool, program or rewind.",
        because="product",
    ),
    "projects:files:told": Promise(
        says="An answer says which files of the project its model was told of.", because="product"
    ),
    "projects:instructions": Promise(
        says="What a project says is told to the model in each of its sessions.", because="issue:#4"
    ),
    "sessions:round-trip": Promise(
        says="What was exported, brought to an empty server and exported again, is the same apart from ids.",
        because="issue:#4",
    ),
    "sessions:round-trip:command": Promise(
        says="Sessions go from one server to another by two commands; no file is replaced unasked, or left half.",
        because="issue:#4",
    ),
    "sessions:import:all-or-nothing": Promise(
        says="A broken file names the place where it is broken, and nothing of it is imported.", because="issue:#4"
    ),
    "sessions:import:foreign": Promise(
        says="Conversations that ChatGPT and Claude exported come with their branches, tools and times.",
        because="issue:#4",
    ),
    "sessions:stats": Promise(says="Numbers are counted, and null where there is nothing.", because="product"),
    "hooks:every-event": Promise(
        says="Every hook is asked at its event, signed by the Standard Webhooks scheme, and an event says so.",
        because="https://www.standardwebhooks.com",
    ),
    "hooks:fail-closed": Promise(
        says="A hook before a call that does not answer as agreed refuses the call.", because="issue:#3"
    ),
    "hooks:input": Promise(says="What a hook changed of a call is what runs, and is told.", because="issue:#3"),
    "hooks:outside-only": Promise(
        says="Callbacks and pages at private addresses are not reached unless the operator opens it.",
        because="issue:#3",
    ),
    "policy:deny-wins": Promise(
        says="What is denied does not run, whatever else is granted or switched.", because="issue:#3"
    ),
    "policy:narrower-below": Promise(says="A subagent may never do more than its parent.", because="issue:#3"),
    "policy:no-silent-bypass": Promise(
        says="No mode and no rule is wider than asking unless somebody set it.", because="issue:#3"
    ),
    "web:untrusted": Promise(says="What a page says is marked as the web's, not the person's.", because="issue:#3"),
    "files:inside": Promise(
        says="No path, link or device leads from a session's files to anything else, for tools and for downloads.",
        because="issue:#3",
    ),
    "files:whole": Promise(
        says="A file is changed whole or not at all, and an ambiguous edit is refused.", because="issue:#3"
    ),
    "files:limits": Promise(
        says="What is too large is refused with the number that it is over, and leaves nothing.", because="issue:#4"
    ),
    "files:full": Promise(
        says="A file for which the disk has no room is refused with 507, and what was there is unharmed.",
        because="issue:#4",
    ),
    "files:preview": Promise(
        says="A look at a file shows what is in it; what is broken or made to hurt hurts nobody.", because="issue:#4"
    ),
    "files:sweep": Promise(
        says="No content is kept that nothing needs, and none is removed that something needs.", because="issue:#4"
    ),
    "files:search": Promise(
        says="What the files of a session say is found as they are now, with the place to cite, by its owner alone.",
        because="issue:#4",
    ),
    "files:templates": Promise(
        says="A new session begins with the operator's files; nothing done there changes theirs, or the reverse.",
        because="issue:#4",
    ),
    "files:shown": Promise(
        says="A model is shown an image at the size that it takes, and never larger.", because="issue:#4"
    ),
    "files:said": Promise(
        says="What a model cannot take of a message is named to it, and the person hears of it.", because="issue:#4"
    ),
    "files:kept": Promise(
        says="The file of a message is kept as long as any session shows the message, and no longer.",
        because="issue:#4",
    ),
    "files:bucket": Promise(
        says="A bucket that hangs, refuses, breaks off or lies is told; nothing is lost, and orphans are swept.",
        because="issue:#4",
    ),
    "files:direct": Promise(
        says="A file that a client uploads to the bucket is what is really there, or it is refused and removed.",
        because="issue:#4",
    ),
    "files:download": Promise(says="A downloaded file is saved, never run by our page.", because="product"),
    "tools:arguments": Promise(
        says="A call that does not fit its tool is not made, and the model hears what is wrong.", because="issue:#3"
    ),
    "tools:output": Promise(
        says="A long output is cut, says so, and is kept whole as a file that the agent can open.", because="issue:#3"
    ),
    "tools:bounded": Promise(
        says="A call ends at its deadline or when it is cancelled, and only so many run at once.", because="issue:#3"
    ),
    "tools:packages": Promise(
        says="Packages add tools; a broken one is left out, and the server starts.", because="issue:#3"
    ),
    "tools:sandbox:no-way-out-by-links": Promise(
        says="Links that a program makes in its workspace lead nowhere outside, for it and for the file tools.",
        because="issue:#3",
    ),
    "tools:sandbox:no-network": Promise(
        says="A program reaches no network unless an operator grants it.", because="issue:#3"
    ),
    "tools:sandbox:bounded-output": Promise(
        says="However much a program says, what is kept of it has an end.", because="issue:#3"
    ),
    "tools:sandbox:nothing-stays": Promise(
        says="When a program is over, at its deadline or cancelled, no process of it is left.", because="issue:#3"
    ),
    "models:formats": Promise(
        says="Text, thoughts, calls and ends are the same whatever wire format a vendor speaks.", because="issue:#3"
    ),
    "models:thoughts": Promise(
        says="A sealed thought goes back unchanged, to the model that thought it and to no other.", because="issue:#3"
    ),
    "models:switching": Promise(says="A session that changes vendors stays usable.", because="issue:#3"),
    "models:without-tools": Promise(
        says="A model that refuses tools answers without them, and says so.", because="issue:#3"
    ),
    "context:pairs": Promise(
        says="No call is told without its result, and no result without its call.", because="issue:#3"
    ),
    "context:fits": Promise(
        says="No model is asked more than its window holds, instructions, tools and the room for its answer included.",
        because="issue:#4",
    ),
    "context:manifest": Promise(
        says="Every answer says what exactly its model saw, and a session what the next one would see.",
        because="issue:#4",
    ),
    "context:compaction": Promise(
        says="A summary stands for earlier messages, is looked at twice, and leaves the last two exchanges whole.",
        because="issue:#4",
    ),
    "context:compaction-harmless": Promise(
        says="A summary that fails changes nothing, and it is said.", because="issue:#4"
    ),
    "context:compaction-holds": Promise(
        says="While a summary is written nothing else begins in its session, and it can be stopped.",
        because="issue:#4",
    ),
    "context:compaction-killed": Promise(
        says="A kill while a summary is written leaves what was before, or the whole summary.", because="issue:#4"
    ),
    "context:compaction-undo": Promise(says="A summary that is deleted gives the originals back.", because="issue:#4"),
    "context:long": Promise(
        says="A conversation of 200 turns fits a small window, and what was said early is not forgotten.",
        because="issue:#4",
    ),
    "context:usage": Promise(
        says="What was consumed is counted from rows, and adds up by day, model and session.", because="issue:#4"
    ),
    "context:titles": Promise(
        says="A model names a session after its first answer, off its way, and never over a person's own name.",
        because="issue:#4",
    ),
    "memory:recall": Promise(
        says="A fact that concerns a question is told with it, as data, and stands in the manifest.", because="issue:#4"
    ),
    "memory:own": Promise(says="What is remembered of a person is theirs alone.", because="issue:#4"),
    "memory:forgotten": Promise(says="What is changed or forgotten is told no more, at once.", because="issue:#4"),
    "memory:projects": Promise(
        says="Facts of a project are told in its sessions alone, and go with it.", because="issue:#4"
    ),
    "memory:switch": Promise(
        says="Whoever switches memory off, everywhere or in a session, is told of by no fact.", because="issue:#4"
    ),
    "memory:outage": Promise(
        says="A memory that is broken or slow is told, and no turn fails or waits long for it.", because="issue:#4"
    ),
    "memory:extraction": Promise(
        says="Nothing is picked from what people say unless they and the operator want it, and off the way of answers.",
        because="issue:#4",
    ),
    "injection:allows-nothing": Promise(
        says="A model that obeys what a tool, a file or another member says is allowed nothing more for it.",
        because="issue:#6",
    ),
    "context:data": Promise(
        says="What a tool returns is told as data that cannot imitate its end.", because="issue:#3"
    ),
    "approvals:exact": Promise(
        says="What waits for a yes is shown as it will be run, and what was approved is what runs.", because="issue:#3"
    ),
    "approvals:nothing-before": Promise(says="A call that needs a yes has no effect before it.", because="issue:#3"),
    "approvals:edited": Promise(
        says="What a person edits is what runs, if it fits the tool; the model is told.", because="issue:#3"
    ),
    "approvals:rejected": Promise(says="A rejected call does not run, and the model hears why.", because="issue:#3"),
    "approvals:expiry": Promise(says="What waits longer than it may is rejected.", because="issue:#3"),
    "approvals:durable": Promise(
        says="What waits for a person survives restarts and is answered from any device.", because="issue:#3"
    ),
    "approvals:once": Promise(says="Of several answers to one call the first counts.", because="issue:#3"),
    "approvals:cancelled": Promise(says="Nothing of a cancelled run can be approved any more.", because="issue:#3"),
    "approvals:remembered": Promise(
        says="What is remembered is not asked again where it was remembered, until it is revoked.", because="issue:#3"
    ),
    "approvals:parallel": Promise(says="Calls that need no yes do not wait for one that does.", because="issue:#3"),
    "questions:answered": Promise(says="What a person answers is what the agent hears.", because="issue:#3"),
    "control:next-call": Promise(
        says="A mode that is changed in mid-turn counts from the next call, a model from the next step.",
        because="issue:#3",
    ),
    "limits:clear": Promise(
        says="A turn that reaches a bound ends with a clear reason, and what was said is kept.", because="issue:#3"
    ),
    "limits:budget": Promise(
        says="No model call is made that could cost more than is left of a turn's budget.", because="issue:#3"
    ),
    "output:valid": Promise(
        says="Structured output follows its schema, or the turn says that it does not.", because="issue:#3"
    ),
    "subagents:nested": Promise(
        says="What a subagent does is told in the stream of the call that started it.", because="issue:#3"
    ),
    "subagents:with-parent": Promise(says="A subagent does not outlive the turn it works for.", because="issue:#3"),
    "events:once": Promise(
        says="An event is encoded once, whatever the number of readers and doors of one kind.", because="issue:#5"
    ),
    "sockets:same-as-rest": Promise(
        says="A WebSocket opens with the credentials of REST, to what they open there, for as long as they hold.",
        because="issue:#5",
    ),
    "sockets:acknowledged": Promise(
        says="What is sent over a socket is acknowledged under its own id, and starts nothing twice.",
        because="issue:#5",
    ),
    "sockets:bad-frames": Promise(
        says="A bad message gets an error and its socket stays; a broken one harms no other.", because="issue:#5"
    ),
    "sockets:same-order": Promise(
        says="Everybody hears the events of a session in the same order, through whichever door.", because="issue:#5"
    ),
    "sockets:caught-up": Promise(
        says="Who comes back with a number gets what was missed, once, also after a kill.", because="issue:#5"
    ),
    "sockets:drained": Promise(says="A server that ends says so to every socket first.", because="issue:#5"),
    "sockets:bounded": Promise(
        says="Sockets, their messages and their idle time are bounded, and every bound says so.", because="issue:#5"
    ),
    "sockets:slow-reader": Promise(
        says="A socket that does not read is let go, and costs the others nothing.", because="issue:#5"
    ),
    "sockets:in-a-browser": Promise(
        says="A page of ours opens a socket with its cookie alone, and a page from elsewhere opens none.",
        because="issue:#5",
    ),
    "doors:killed": Promise(
        says="An answer that was begun through any door survives a kill, and who comes back to it hears the rest.",
        because="issue:#5",
    ),
    "sockets:no-secrets": Promise(
        says="No credential with which a socket is opened stands in a log.", because="issue:#5"
    ),
    "sockets:presence": Promise(
        says="Several windows of a person are one presence, and nobody writes for ever.", because="issue:#5"
    ),
    "tools:killed": Promise(
        says="A call that was cut by a kill is made again only if that is safe, or a person says so.",
        because="issue:#3",
    ),
    "sdk:resumes": Promise(
        says="palaver-client hears an answer whole, each event once, through cuts and killed servers.",
        because="issue:#5",
    ),
    "sdk:asks-once": Promise(
        says="A question that palaver-client sends again starts no second run.", because="issue:#5"
    ),
    "sdk:whole": Promise(
        says="Every route of the API has a method in palaver-client, or a reason why not.", because="product"
    ),
    "sdk:no-secrets": Promise(says="palaver-client shows no key in its texts and logs.", because="product"),
    "sdk:webhooks": Promise(
        says="palaver-client takes from a webhook only what was signed with a secret that counts, and lately.",
        because="https://www.standardwebhooks.com",
    ),
    "sdk:examples": Promise(says="Every example of palaver-client's page does what it says.", because="issue:#5"),
    "sdk:alone": Promise(says="palaver-client works with httpx and nothing else.", because="issue:#5"),
    "cli:chat:comes-back": Promise(
        says="A conversation at a terminal goes on when its server was killed in mid-answer.", because="issue:#5"
    ),
    "cli:chat:cancels": Promise(says="Ctrl-C at a terminal ends the run, not only the listening.", because="issue:#5"),
    "webhooks:standard": Promise(
        says="Deliveries verify with the official library of Standard Webhooks.",
        because="https://www.standardwebhooks.com",
    ),
    "webhooks:order": Promise(
        says="An endpoint is told what happened in the order in which it did, whatever fails.", because="issue:#5"
    ),
    "teams:roles": Promise(
        says="In an organisation everybody may do what their role says; to others there is nothing.", because="issue:#6"
    ),
    "teams:addresses": Promise(
        says="Nobody learns whether an address has an account who shares no organisation with it.", because="issue:#6"
    ),
    "identity:viewers": Promise(
        says="A viewer of the house reads, and neither asks nor changes anything, by any call or frame.",
        because="issue:#6",
    ),
    "sharing:groups": Promise(
        says="What is shared with a group is open to who belongs to it, from when they do until they do not.",
        because="issue:#6",
    ),
    "sharing:groups:cut-off": Promise(
        says="Who leaves a group hears nothing more of what they saw by it, on streams and sockets that are open.",
        because="issue:#6",
    ),
    "sharing:links": Promise(
        says="A share link shows a frozen branch to be read, without scripts, until it ends or is revoked.",
        because="issue:#6",
    ),
    "sharing:links:safe": Promise(
        says="Nothing that was said in a session acts or is loaded on the page of a share link.", because="issue:#6"
    ),
    "identity:matrix": Promise(
        says="What somebody owns is unknown to everybody else, by every call there is.", because="product"
    ),
    "care:redaction": Promise(
        says="Personal data is found in a text, and ages, years and quantities are left.", because="issue:#7"
    ),
    "care:redaction:leaves": Promise(
        says="Personal data is replaced before anything leaves for a model, by the same tokens all through a session,"
        " and stands in the answer and in the arguments of tools again.",
        because="issue:#7",
    ),
    "care:explicit": Promise(
        says="Whoever says that they will kill themselves is heard, in every language and disguise.", because="issue:#7"
    ),
    "care:policy": Promise(
        says="What administrators set makes nothing less urgent, is kept with who and when, and can be taken back.",
        because="issue:#7",
    ),
    "care:counts": Promise(
        says="What is counted by month says nothing of anybody, and stays when their data is deleted.",
        because="issue:#7",
    ),
    "care:assessments": Promise(
        says="What is kept of how soon messages asked for an answer is shown to its person, who can delete it.",
        because="issue:#7",
    ),
    "consent:ledger": Promise(
        says="What people agree to and refuse is kept in order, is theirs alone, and is never changed.",
        because="issue:#7",
    ),
    "care:before-the-model": Promise(
        says="What a person wrote is read before any model is asked, and who helps is told before the answer.",
        because="issue:#7",
    ),
    "care:held-back": Promise(
        says="A method, a diagnosis or a call for secrecy is stopped at all doors, streams too, before it is told.",
        because="issue:#7",
    ),
    "care:unknown": Promise(
        says="What cannot be read in time is unknown: help is shown, somebody looks at it, the conversation goes on.",
        because="issue:#7",
    ),
    "care:every-door": Promise(says="Who helps is told at every door, in events or in the answer.", because="issue:#7"),
    "care:culture:sourced": Promise(
        says="What is known about a culture says where it was read, when, where it holds, and if it was confirmed.",
        because="issue:#7",
    ),
    "care:culture:no-level": Promise(
        says="No everyday word is a finding: culture has no levels, and `sawa tu` says only that little was said.",
        because="issue:#7",
    ),
    "care:culture:languages": Promise(
        says="Which language each part of a text is in is found by itself, also inside one sentence.",
        because="issue:#7",
    ),
    "care:culture:floor": Promise(
        says="Who asks about a culture is told what is about it, by words without any model, and nothing that is not.",
        because="issue:#7",
    ),
    "care:culture:answers": Promise(
        says="An answer that judges a people or what they hold dear is named, with what to do instead.",
        because="issue:#7",
    ),
    "care:moderation:words": Promise(
        says="No diagnosis, no dose, no method and no secret is told; who has been through a lot is still told so.",
        because="issue:#7",
    ),
    "care:moderation:streams": Promise(
        says="However an answer is cut into pieces, the same is told, and nothing harmful is told first.",
        because="issue:#7",
    ),
    "care:padding": Promise(says="No padding, repetition or order hides what somebody says.", because="issue:#7"),
    "care:screener": Promise(
        says="A model that is asked about somebody's words may raise how urgent they are, and lowers nothing.",
        because="issue:#7",
    ),
    "care:upward": Promise(says="Nothing that is added to a text takes back what it says.", because="issue:#7"),
    "limits:exact": Promise(
        says="Of so many calls that are allowed exactly so many are answered, on one process and on two.",
        because="issue:#6",
    ),
    "limits:told": Promise(
        says="Whoever calls is told how often they still may, and hears once they waited as long as was said.",
        because="issue:#6",
    ),
    "limits:doors": Promise(
        says="What somebody does is counted together through every door: REST, sockets and other protocols.",
        because="issue:#6",
    ),
    "limits:addresses": Promise(
        says="Who guesses credentials is counted by address, and nobody else pays for it.", because="issue:#6"
    ),
    "identity:keys:rotation": Promise(
        says="A rotated API key and the one that follows it hold side by side, for as long as was said.",
        because="issue:#6",
    ),
    "identity:keys:networks": Promise(
        says="An API key that is limited to networks opens no door from elsewhere.", because="issue:#6"
    ),
    "identity:keys:leaks": Promise(
        says="Whose a leaked API key is can be learned, and it is ended, from its text alone.", because="issue:#6"
    ),
    "identity:oidc": Promise(
        says="People sign in by another issuer, and may what their groups there say, anew at every sign-in.",
        because="issue:#6",
    ),
    "identity:oidc:bound": Promise(
        says="A sign-in at another issuer ends in the browser that began it, once.", because="issue:#6"
    ),
    "identity:oidc:proof": Promise(
        says="Nobody is signed in by a token that the issuer did not sign for this very sign-in.",
        because="https://openid.net/specs/openid-connect-core-1_0.html",
    ),
    "identity:oidc:away": Promise(
        says="While an issuer is away nobody new comes in by it, and whoever is in stays.", because="issue:#6"
    ),
    "identity:scim": Promise(
        says="Whom a directory calls inactive opens nothing, at once; only an administrator's key for it speaks so.",
        because="https://www.rfc-editor.org/rfc/rfc7644",
    ),
    "identity:scim:dialects": Promise(
        says="Users are found and changed in the words of Okta, of Entra and of the standard.", because="issue:#6"
    ),
    "identity:scim:groups": Promise(
        says="A directory's groups are groups here, and it sees no others.", because="issue:#6"
    ),
    "identity:service-accounts": Promise(
        says="A service account acts like a user, is seen for what it is, and ends at once.", because="issue:#6"
    ),
    "identity:lockout:lasts": Promise(
        says="Wrong passwords make the next one wait, longer each time, over restarts and in all processes.",
        because="issue:#6",
    ),
    "identity:lockout:no-weapon": Promise(
        says="Nobody keeps somebody else out of their account by wrong passwords.", because="issue:#6"
    ),
    "identity:second-factor": Promise(
        says="A right password with the second factor pending opens nothing, and no code works twice.",
        because="issue:#6",
    ),
    "identity:reset": Promise(
        says="A forgotten password is replaced by a link that works once, and nobody learns from it who is here.",
        because="issue:#6",
    ),
    "identity:verified": Promise(
        says="Where addresses are verified, nobody comes in by an address that is not theirs.", because="issue:#6"
    ),
    "identity:standing": Promise(
        says="What ends a sign-in, a key or a user's rights ends their open streams and sockets before it is answered.",
        because="issue:#6",
    ),
    "identity:delete-user": Promise(
        says="Who is deleted is nobody at once, all that they owned goes, and what others own stays.",
        because="issue:#6",
    ),
    "identity:delete-user:killed": Promise(
        says="A deletion that was begun is done, whenever the process is killed.", because="issue:#6"
    ),
    "identity:administrators": Promise(says="There is always somebody who looks after the house.", because="issue:#6"),
    "budgets:hold": Promise(
        says="However many ask at once, no more is spent of a budget than one after the other could spend.",
        because="issue:#6",
    ),
    "budgets:told": Promise(
        says="Everybody sees what is left, and hears once when four fifths of a budget are used.", because="issue:#6"
    ),
    "budgets:crash": Promise(
        says="What a server had reserved that is gone is reserved by nobody any more, and no run is paid twice.",
        because="issue:#6",
    ),
    "fairness:users": Promise(
        says="A hundred runs of one user do not keep another's first waiting.", because="issue:#6"
    ),
    "usage:reports": Promise(
        says="What was consumed is told by user, model and day, and a change of prices does not change the past.",
        because="issue:#6",
    ),
    "identity:devices": Promise(
        says="Everybody sees where they are signed in, and ends it from elsewhere at once.", because="issue:#6"
    ),
    "identity:host-cookie": Promise(
        says="Where https is in force, only a cookie that this very host has set signs anybody in.", because="issue:#6"
    ),
    "page:guarded": Promise(
        says="A browser runs nothing but the page's own scripts, shows it in no frame, and runs nothing uploaded.",
        because="issue:#6",
    ),
    "page:nothing-leaves": Promise(
        says="Nothing that a model, a tool, a file or a member wrote makes the page load anything from a foreign host.",
        because="issue:#6",
    ),
    "network:proxies": Promise(
        says="A client's address and scheme are what its connection shows, or what a trusted proxy says of it.",
        because="product",
    ),
    "network:https-only": Promise(says="Browsers that came by https are told to stay there.", because="issue:#6"),
    "network:names": Promise(
        says="A server that knows its names answers under no other one.",
        because="https://www.rfc-editor.org/rfc/rfc9110",
    ),
    "webhooks:nothing-missed": Promise(says="A receiver that is down for an hour misses nothing.", because="issue:#5"),
    "webhooks:given-up": Promise(
        says="An endpoint that fails for three days is disabled, and its owner is told why.", because="issue:#5"
    ),
    "webhooks:guarded": Promise(
        says="Nothing is sent to addresses that are not allowed, whatever a name leads to later.", because="issue:#5"
    ),
    "webhooks:rotation": Promise(
        says="While a secret is rotated, deliveries verify with the old one and the new one.", because="issue:#5"
    ),
    "webhooks:replay": Promise(
        says="What was told can be told again, in order, under the ids it had.", because="issue:#5"
    ),
    "webhooks:skipped": Promise(
        says="What a receiver never takes can be skipped by its owner, and what waits behind it is told.",
        because="issue:#5",
    ),
    "webhooks:durable": Promise(
        says="What happened is delivered after a kill, at least once, under one id.", because="issue:#5"
    ),
}


def keeps(*names: str) -> Callable[[Test], Test]:
    """Mark a test as one that shows these promises to be kept."""
    unknown = set(names) - PROMISES.keys()
    assert not unknown, f"not promised: {sorted(unknown)}"

    def marked(test: Test) -> Test:
        return test

    return marked
