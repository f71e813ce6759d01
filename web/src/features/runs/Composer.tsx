// Where a person writes: Enter sends, Shift+Enter breaks the line; a draft survives a reload.

import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

import type { Named } from '@/core/acting';
import { Icon } from '@/kit/icons';
import { recall, remember } from '@/kit/remembered';

import { AttachButton, AttachedFiles } from './attaching/AttachedFiles';
import { allThere, attach, attachedTo, takeAttached } from './attaching/attaching';
import { useDropping } from './attaching/dropping';
import type { Said } from './conversation';
import { Offer, useOffer } from './Offer';

interface Props {
  /** Under which name the draft is kept. */
  draft: string;
  busy: boolean;
  onSend: (said: Said) => void;
  onStop: () => void;
  /** What could be meant by the beginning of a command. */
  commandsFor?: (text: string) => readonly Named[];
  children?: ComponentChildren;
}

const LONGEST = 100_000;
const byFinger = () => matchMedia('(pointer: coarse)').matches;

function fitHeight(area: HTMLTextAreaElement): void {
  area.style.height = 'auto';
  area.style.height = `${area.scrollHeight}px`;
}

export function Composer({ draft, busy, onSend, onStop, commandsFor, children }: Props) {
  const name = `draft.${draft}`;
  const area = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState(() => recall(name) ?? '');

  useEffect(() => setText(recall(name) ?? ''), [name]);
  useEffect(() => {
    if (!byFinger()) area.current?.focus();
  }, [name]);
  useLayoutEffect(() => {
    if (area.current) fitHeight(area.current);
  }, [text]);

  const write = (words: string) => {
    setText(words);
    remember(name, words);
  };

  const attached = attachedTo(draft);
  const sendable = allThere(draft) && (attached.length > 0 || text.trim() !== '');

  const send = () => {
    if (busy || !sendable) return;
    write('');
    onSend({ text, attachments: takeAttached(draft) });
  };

  const over = useDropping(draft);
  const found = commandsFor?.(text) ?? [];
  const offer = useOffer(found, command => write(`/${command.name} `));

  const key = (event: KeyboardEvent) => {
    if (!event.isComposing && offer.steer(event)) return;
    // While a word is being composed (Chinese, Japanese, …) Enter belongs to the input method.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing || byFinger()) return;
    event.preventDefault();
    send();
  };

  return (
    <form
      class={over ? 'composer over' : 'composer'}
      onSubmit={event => {
        event.preventDefault();
        send();
      }}
    >
      <label class="visually-hidden" for="prompt">
        Your message
      </label>
      <Offer offer={offer} />
      <AttachedFiles draft={draft} />
      <textarea
        id="prompt"
        ref={area}
        rows={1}
        maxLength={LONGEST}
        placeholder="Say something…"
        value={text}
        onInput={event => write(event.currentTarget.value)}
        onKeyDown={key}
        onPaste={event => {
          const files = [...(event.clipboardData?.files ?? [])];
          if (files.length === 0) return;
          event.preventDefault();
          attach(draft, files);
        }}
        aria-describedby="prompt-keys"
        {...offer.attributes}
      />
      <span id="prompt-keys" class="visually-hidden">
        Enter sends, Shift and Enter begin a new line, Escape stops an answer.
      </span>
      <div class="composer-row">
        <AttachButton draft={draft} />
        {children}
        {busy ? (
          <button type="button" class="send stop" aria-label="Stop the answer" title="Stop (Esc)" onClick={onStop}>
            <Icon name="stop" />
          </button>
        ) : (
          <button class="send" aria-label="Send" title="Send (Enter)" disabled={!sendable}>
            <Icon name="send" />
          </button>
        )}
      </div>
    </form>
  );
}
