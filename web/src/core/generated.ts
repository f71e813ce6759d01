// What the API gives, written by `make docs` from schema/openapi.json: change it there.

/** Somebody who answers, as others see them. */
export interface Answering {
  id: string;
  name: string;
}

/** A recording: a `data:` URL or the id of an uploaded file. */
export interface AudioPart {
  type: 'audio';
  url?: string | null;
  file_id?: string | null;
  media_type?: string | null;
}

/** The person who wrote a message; `user_id` is null where the message was brought from elsewhere. `kind` is `human` where somebody from the team answers instead of a model; `user_id` is null then, too. */
export interface Author {
  user_id: string | null;
  name: string;
  kind?: 'human';
}

/** One way to reach a service: `to` is a number or an address, `shown` how its source writes a number. A number of seven digits and more without `+` is dialled so within its country only. `say` is the word that a text message begins with. */
export interface CareChannel {
  kind: 'chat' | 'phone' | 'sms' | 'web' | 'whatsapp';
  to: string;
  shown?: string;
  say?: string;
}

/** What may be seen of a conversation. Where it is not `shared`, that is what was said since `human` joined. */
export interface CareConversation {
  escalation_id: string;
  session_id: string;
  shared: boolean;
  human: Human | null;
  items: CareLine[];
}

/** One message as somebody from the team sees it; `by` says whose words it is, `name` who of the team. */
export interface CareLine {
  id: string;
  by: 'house' | 'human' | 'model' | 'person';
  name: string | null;
  text: string;
  created_at: string;
}

/** A service that helps, and where and when that was read. What its source does not say is empty or null. `country` is null for services of the whole world. Where `confirmed` is false, no person has confirmed it yet: say so where you show it. What `paired_with` names is shown together with it, or neither is. */
export interface CareResource {
  id: string;
  country: string | null;
  name: string;
  kind: 'children' | 'crisis_line' | 'directory' | 'domestic_violence' | 'emergency' | 'lgbtq' | 'text';
  channels: CareChannel[];
  languages: string[];
  hours: string | null;
  cost: 'charged' | 'free' | null;
  note: string | null;
  paired_with: string[];
  source_url: string;
  verified_on: string;
  confirmed: boolean;
}

/** One purpose: its words by language, what was said of it, and whether what it covers is done (`holds`). `granted`, `said_version` and `said_at` are null while nothing was said. Who agreed to older words is asked anew. */
export interface Consent {
  purpose: 'course' | 'emotion' | 'escalation_contact' | 'sharing_with_counsellors';
  version: number;
  text: Record<string, string>;
  usual: boolean;
  granted: boolean | null;
  said_version: number | null;
  said_at: string | null;
  holds: boolean;
}

/** A call for a human. `level` is how urgently the words asked for an answer: it says nothing of who wrote them. `helped` is the help that the person was shown, as it was then. They see neither the level nor what those who answer wrote; `says` is what they are told. */
export interface Escalation {
  id: string;
  state: 'acknowledged' | 'closed' | 'created' | 'expired' | 'failed' | 'routed';
  level: 'critical' | 'high' | null;
  user_id: string;
  session_id: string | null;
  run_id: string | null;
  assessment_id: string | null;
  language: string | null;
  helped: HelpNamed[];
  group: string | null;
  attempts: number | null;
  reason: string | null;
  deadline_at: string | null;
  claimed_by: Answering | null;
  claimed_at: string | null;
  mine: boolean;
  acknowledged_at: string | null;
  closed_at: string | null;
  outcome: 'declined' | 'emergency' | 'helped' | 'not_needed' | 'other' | 'referred' | 'unreachable' | null;
  may_decline: boolean;
  says: string | null;
  created_at: string;
  updated_at: string;
}

/** Something that happened to it, numbered over all escalations; `actor` is null where it happened by itself. */
export interface EscalationEvent {
  n: number;
  kind: string;
  at: string;
  actor: Answering | null;
  detail: Record<string, unknown>;
}

/** An escalation with everything that happened to it, for those who answer. */
export interface EscalationWhole {
  id: string;
  state: 'acknowledged' | 'closed' | 'created' | 'expired' | 'failed' | 'routed';
  level: 'critical' | 'high' | null;
  user_id: string;
  session_id: string | null;
  run_id: string | null;
  assessment_id: string | null;
  language: string | null;
  helped: HelpNamed[];
  group: string | null;
  attempts: number | null;
  reason: string | null;
  deadline_at: string | null;
  claimed_by: Answering | null;
  claimed_at: string | null;
  mine: boolean;
  acknowledged_at: string | null;
  closed_at: string | null;
  outcome: 'declined' | 'emergency' | 'helped' | 'not_needed' | 'other' | 'referred' | 'unreachable' | null;
  may_decline: boolean;
  says: string | null;
  created_at: string;
  updated_at: string;
  events: EscalationEvent[];
}

/** A file. In messages of people, `file_id` has its content for good, and `path` is where it lay for tools. `size` is bytes. Files that tools made have a `path` only. */
export interface FilePart {
  type: 'file';
  file_id?: string | null;
  path?: string | null;
  name?: string | null;
  media_type?: string | null;
  size?: number | null;
}

/** A help resource by what it is called and how it is reached. */
export interface HelpNamed {
  id: string;
  name: string;
  channels: CareChannel[];
}

/** What stood before an answer for whoever was answered: who helps, with a sentence; never why it was shown. With `escalation_id` a human was called as well. */
export interface HelpShown {
  resources: CareResource[];
  message?: string | null;
  escalation_id?: string | null;
}

/** Somebody from the team who answers in a session instead of models, at most until `until`. */
export interface Human {
  escalation_id: string;
  name: string;
  joined_at: string;
  until: string;
}

/** An image: a `data:` or `https:` URL, or a file as in `FilePart`; `width` and `height` are pixels. */
export interface ImagePart {
  type: 'image';
  url?: string | null;
  file_id?: string | null;
  path?: string | null;
  name?: string | null;
  media_type?: string | null;
  size?: number | null;
  width?: number | null;
  height?: number | null;
}

/** One node of a session's tree. `text` is its text parts joined; times are RFC 3339 UTC. `summary` stands only in messages that sum up earlier ones, `author` only in messages of people: in sessions in which more than one takes part, or did, and where somebody from the team answered instead of a model. `help` is who was said to help before this answer, where that was; only whoever was answered sees it. */
export interface Message {
  id: string;
  session_id: string;
  parent_id?: string | null;
  role: 'assistant' | 'system' | 'tool' | 'user';
  parts?: (TextPart | ImagePart | FilePart | AudioPart | ReasoningPart | ToolCallPart | ToolResultPart)[];
  text?: string;
  model?: string | null;
  provider?: string | null;
  usage?: Usage | null;
  latency_ms?: number | null;
  status?: 'complete' | 'error' | 'partial';
  finish_reason?: 'error' | 'interrupted' | 'length' | 'stop' | 'tool_calls' | null;
  error?: MessageError | null;
  structured_output?: unknown;
  summary?: Summary;
  siblings?: Siblings;
  metadata?: Record<string, unknown>;
  author?: Author;
  help?: HelpShown;
  created_at: string;
}

/** Why a message is not whole: one of our stable codes and a sentence for people. */
export interface MessageError {
  code: string;
  message: string;
}

/** Where a session was forked from; `message_id` is None where nothing had been said there yet. */
export interface Origin {
  session_id: string;
  message_id: string | null;
}

/** What a model thought aloud; `signature` is the vendor's seal, kept for the next call. A seal begins with the provider's kind and a colon; other kinds of providers leave sealed thoughts out. */
export interface ReasoningPart {
  type: 'reasoning';
  text: string;
  signature?: string | null;
}

/** A conversation. Counts cover all branches; `cost` is in US dollars, None where no price is known. `run_id` is the run that this session works for, where a subagent talks in it; lists leave such sessions out. `role` is the reader's, and stands only where others than the owner take part, or did. `human` stands only while somebody from the team answers there, and models do not. */
export interface Session {
  id: string;
  title?: string | null;
  title_source?: 'auto' | 'user';
  model?: string | null;
  provider?: string | null;
  system_prompt?: string | null;
  settings?: Record<string, unknown>;
  permission_mode?: 'acceptEdits' | 'bypassPermissions' | 'default' | 'dontAsk' | 'plan';
  tags?: string[];
  metadata?: Record<string, unknown>;
  pinned?: boolean;
  archived?: boolean;
  project_id?: string | null;
  parent?: Origin | null;
  head_message_id?: string | null;
  active_run_id?: string | null;
  run_id?: string | null;
  status?: 'error' | 'idle' | 'running' | 'waiting';
  message_count?: number;
  turn_count?: number;
  usage?: Usage;
  cost?: number | null;
  created_at: string;
  updated_at: string;
  last_message_at?: string | null;
  role?: 'editor' | 'owner' | 'viewer';
  human?: Human;
}

/** How much of care there is in a session. `own` says that it was given this one; else it follows the server. `choices` are those its owner may give it. */
export interface SessionCare {
  session_id: string;
  profile: 'companion' | 'off' | 'safety';
  own: boolean;
  choices: ('companion' | 'off' | 'safety')[];
}

/** How many messages share this one's parent, and which of them this is, from 0. */
export interface Siblings {
  count?: number;
  index?: number;
}

/** The receipt of a summary: which messages of its branch it stands for, and what that saves. Both messages are inclusive; the originals remain where they are. `extractive`: sentences that were picked, not written, because the model cannot summarise. `checked`: a second look compared it with the originals, and `repaired` it where something was missing. `undone`: it was taken back, and the originals are told again. */
export interface Summary {
  from_message_id: string;
  to_message_id: string;
  messages: number;
  tokens_before: number;
  tokens_after: number;
  because?: 'asked' | 'full';
  checked?: boolean;
  repaired?: boolean;
  extractive?: boolean;
  focus?: string | null;
  undone?: boolean;
}

/** Plain text or Markdown. */
export interface TextPart {
  type: 'text';
  text: string;
}

/** A call that a model asks for; `server` is the MCP server whose tool it is. */
export interface ToolCallPart {
  type: 'tool_call';
  call_id: string;
  name: string;
  arguments: Record<string, unknown>;
  server?: string | null;
}

/** What came of a call: text for the model, and images and files that came with it. */
export interface ToolResultPart {
  type: 'tool_result';
  call_id: string;
  ok: boolean;
  content: string;
  truncated?: boolean;
  parts?: (ImagePart | FilePart)[];
}

/** Tokens of one or several model calls; `cost_usd` is None where no price is known. `cached_tokens` (read from a cache) and `cache_written_tokens` are part of `input_tokens`, `reasoning_tokens` of `output_tokens`. `estimated` says that the vendor reported nothing and the tokens were counted here. */
export interface Usage {
  input_tokens?: number;
  output_tokens?: number;
  cached_tokens?: number;
  cache_written_tokens?: number;
  reasoning_tokens?: number;
  cost_usd?: number | null;
  estimated?: boolean;
}
