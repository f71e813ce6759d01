// What a person said, and the small editor for saying it otherwise.

import { useLayoutEffect, useRef, useState } from 'preact/hooks';

import type { Message } from '@/core/messages';
import { Menu } from '@/kit/Menu';

import { Carried } from './Carried';
import { attachmentsOf } from './conversation';
import { Act, CopyAct, Siblings } from './pieces';
import type { Pending } from './view';

interface Props {
  message: Message;
  busy: boolean;
  readsOnly: boolean;
  onEdit: (text: string) => void;
  onShow: (index: number) => void;
  onRewind: () => void;
  onFork: () => void;
}

function Editor({ text, onSave, onCancel }: { text: string; onSave: (text: string) => void; onCancel: () => void }) {
  const [words, setWords] = useState(text);
  const area = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    const box = area.current;
    if (!box) return;
    box.style.height = 'auto';
    box.style.height = `${box.scrollHeight}px`;
  }, [words]);
  return (
    <form
      class="editor"
      onSubmit={event => {
        event.preventDefault();
        if (words.trim()) onSave(words);
      }}
      onKeyDown={event => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        onCancel();
      }}
    >
      <textarea
        ref={box => {
          if (box && !area.current) box.focus();
          area.current = box;
        }}
        aria-label="Your message, to be changed"
        value={words}
        onInput={event => setWords(event.currentTarget.value)}
      />
      <div class="row">
        <button type="button" class="button" onClick={onCancel}>
          Cancel
        </button>
        <button class="button primary" disabled={!words.trim()}>
          Ask again
        </button>
      </div>
    </form>
  );
}

export function UserMessage({ message, busy, readsOnly, onEdit, onShow, onRewind, onFork }: Props) {
  const [editing, setEditing] = useState(false);
  const save = (text: string) => {
    setEditing(false);
    onEdit(text);
  };
  return (
    <article
      class="said"
      aria-label={message.author ? `${message.author.name} said` : 'You said'}
      id={`at-${message.id}`}
    >
      {editing ? (
        <Editor text={message.text} onSave={save} onCancel={() => setEditing(false)} />
      ) : (
        <>
          {message.author && <p class="hint author">{message.author.name}</p>}
          <Carried sessionId={message.session_id} attachments={attachmentsOf(message)} />
          {message.text && <div class="bubble">{message.text}</div>}
          <div class="acts">
            <Siblings message={message} onShow={onShow} />
            {message.text && <CopyAct text={message.text} says="Copy message" />}
            {!busy && !readsOnly && <Act icon="pen" says="Edit message" onClick={() => setEditing(true)} />}
            <Menu
              label="More about this message"
              choices={[
                ...(readsOnly ? [] : [{ icon: 'back', says: 'Rewind to here', act: onRewind } as const]),
                { icon: 'fork', says: 'Fork from here', act: onFork },
              ]}
            />
          </div>
        </>
      )}
    </article>
  );
}

export function PendingMessage({
  pending,
  onRetry,
  onTakeBack,
}: {
  pending: Pending;
  onRetry: () => void;
  onTakeBack: () => void;
}) {
  return (
    <article class="said" aria-label="You said">
      <Carried sessionId="" attachments={pending.attachments} />
      {pending.text && <div class={pending.error === null ? 'bubble' : 'bubble unsent'}>{pending.text}</div>}
      {pending.error !== null && (
        <div class="alert failure" role="alert">
          <p>Not sent. {pending.error}</p>
          <button type="button" class="button" onClick={onTakeBack}>
            Take back
          </button>
          <button type="button" class="button" onClick={onRetry}>
            Retry
          </button>
        </div>
      )}
    </article>
  );
}
