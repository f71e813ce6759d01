// Messages and sessions as the server tells them; written by hand, after the contract.

import type { CareResource, HelpShown } from './generated';

/** A service that helps, as `/api/v1/care/resources` tells it. */
export type HelpResource = CareResource;
export type { HelpShown };

export type Role = 'user' | 'assistant' | 'system' | 'tool';
export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'interrupted' | 'error';

export type PermissionMode = 'default' | 'acceptEdits' | 'plan' | 'dontAsk' | 'bypassPermissions';

/** An image, or a file: an uploaded one, or (by `path`) one of the session's workspace. */
export type Attachment =
  | {
      type: 'image';
      url?: string | null;
      file_id?: string | null;
      media_type?: string | null;
      path?: string | null;
      name?: string | null;
      size?: number | null;
    }
  | {
      type: 'file';
      file_id?: string | null;
      path?: string | null;
      name?: string | null;
      media_type?: string | null;
      size?: number | null;
    };

export type Part =
  | Attachment
  | { type: 'text'; text: string }
  | { type: 'reasoning'; text: string }
  | { type: 'audio'; url?: string | null; file_id?: string | null; media_type?: string | null }
  | { type: 'tool_call'; call_id: string; name: string; arguments: Record<string, unknown>; server?: string | null }
  | {
      type: 'tool_result';
      call_id: string;
      ok: boolean;
      content: string;
      truncated?: boolean;
      parts?: Attachment[];
    };

export interface Usage {
  input_tokens: number;
  output_tokens: number;
  cached_tokens: number;
  reasoning_tokens: number;
  cost_usd: number | null;
  estimated: boolean;
}

export interface Failure {
  code: string;
  message: string;
}

/** What a summary says about itself: for which messages it stands, and what that saves. */
export interface Receipt {
  from_message_id: string;
  to_message_id: string;
  messages: number;
  tokens_before: number;
  tokens_after: number;
  because?: 'asked' | 'full';
  checked?: boolean;
  repaired?: boolean;
  /** Sentences were picked, because the model cannot write a summary. */
  extractive?: boolean;
  focus?: string | null;
  /** It was taken back. */
  undone?: boolean;
}

export interface Message {
  id: string;
  session_id: string;
  parent_id: string | null;
  role: Role;
  parts: Part[];
  text: string;
  model: string | null;
  provider: string | null;
  usage: Usage | null;
  latency_ms: number | null;
  status: 'complete' | 'partial' | 'error';
  finish_reason: FinishReason | null;
  error: Failure | null;
  siblings: { count: number; index: number };
  /** Only of messages that sum up earlier ones. */
  summary?: Receipt;
  /** Who wrote it, where several people take part; no id: somebody elsewhere, or a human of the team. */
  author?: { user_id: string | null; name: string; kind?: 'human' };
  /** Who was said to help before this answer. */
  help?: HelpShown;
  metadata: Record<string, unknown>;
  created_at: string;
}

export interface Session {
  id: string;
  /** What the reader is in it; only where others take part, or did. */
  role?: 'owner' | 'editor' | 'viewer';
  title: string | null;
  title_source: 'auto' | 'user';
  model: string | null;
  permission_mode: PermissionMode;
  pinned: boolean;
  archived: boolean;
  project_id: string | null;
  status: 'idle' | 'running' | 'waiting' | 'error';
  active_run_id: string | null;
  head_message_id: string | null;
  /** Somebody from the team who answers here instead of models. */
  human?: { name: string; until: string };
  message_count: number;
  created_at: string;
  updated_at: string;
  last_message_at: string | null;
}

export interface Page<Item> {
  items: Item[];
  next_cursor: string | null;
}
