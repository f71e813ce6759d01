// Where a person writes: Enter sends, Shift+Enter breaks the line; a draft survives a reload.

import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

import type { Named } from '@/core/acting';
import { Icon } from '@/kit/icons';
import { recall, remember } from '@/kit/remembered';

import { Offer, useOffer } from './Offer';

interface Props {
  /** Under which name the draft is kept. */
  draft: string;
  busy: boolean;
  onSend: (text: string) => void;
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

  const send = () => {
    if (busy || !text.trim()) return;
    write('');
    onSend(text);
  };

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
      class="composer"
      onSubmit={event => {
        event.preventDefault();
        send();
      }}
    >
      <label class="visually-hidden" for="prompt">
        Your message
      </label>
      <Offer offer={offer} />
      <textarea
        id="prompt"
        ref={area}
        rows={1}
        maxLength={LONGEST}
        placeholder="Say something…"
        value={text}
        onInput={event => write(event.currentTarget.value)}
        onKeyDown={key}
        aria-describedby="prompt-keys"
        {...offer.attributes}
      />
      <span id="prompt-keys" class="visually-hidden">
        Enter sends, Shift and Enter begin a new line, Escape stops an answer.
      </span>
      <div class="composer-row">
        {children}
        {busy ? (
          <button type="button" class="send stop" aria-label="Stop the answer" title="Stop (Esc)" onClick={onStop}>
            <Icon name="stop" />
          </button>
        ) : (
          <button class="send" aria-label="Send" title="Send (Enter)" disabled={!text.trim()}>
            <Icon name="send" />
          </button>
        )}
      </div>
    </form>
  );
}
