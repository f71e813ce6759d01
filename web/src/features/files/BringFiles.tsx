// How a person brings files into a session: a button, a place to drop them, and what becomes of each.

import { useRef, useState } from 'preact/hooks';

import { Icon } from '@/kit/icons';
import { sizeWords } from '@/kit/sizes';

import { bring, bringAgain, bringing, type Bringing, giveUp } from './bringing';

function Standing({ one }: { one: Bringing }) {
  const { name } = one.file;
  if (one.standing === 'taken') {
    return (
      <div class="decide" role="group" aria-label={`A file ${name} is there already`}>
        <span>It is there already.</span>
        <button type="button" class="button" onClick={() => bringAgain(one, 'replace')}>
          Replace
        </button>
        <button type="button" class="button" onClick={() => bringAgain(one, 'keep_both')}>
          Keep both
        </button>
        <button type="button" class="button" onClick={() => giveUp(one.id)}>
          Do not upload
        </button>
      </div>
    );
  }
  if (one.standing === 'failed') {
    return (
      <div class="alert failure" role="alert">
        <p>{one.says}</p>
        <button type="button" class="button" onClick={() => bringAgain(one, 'refuse')}>
          Retry
        </button>
        <button type="button" class="button" onClick={() => giveUp(one.id)}>
          Dismiss
        </button>
      </div>
    );
  }
  return <progress value={one.progress} max={1} aria-label={`Uploading ${name}`} />;
}

export function BringFiles({ sessionId }: { sessionId: string }) {
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const own = bringing.value.filter(one => one.sessionId === sessionId);
  return (
    <div
      class={over ? 'bring over' : 'bring'}
      onDragOver={event => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={event => {
        event.preventDefault();
        setOver(false);
        bring(sessionId, event.dataTransfer?.files ?? []);
      }}
    >
      <input
        ref={input}
        type="file"
        multiple
        hidden
        onChange={event => {
          bring(sessionId, event.currentTarget.files ?? []);
          // The same file can be chosen once more.
          event.currentTarget.value = '';
        }}
      />
      <button type="button" class="button" onClick={() => input.current?.click()}>
        <Icon name="plus" size={16} />
        Upload files
      </button>
      <span class="hint">or drop them here</span>
      {own.length > 0 && (
        <ul aria-label="Uploads">
          {own.map(one => (
            <li key={one.id}>
              <span>
                {one.file.name} <span class="hint">{sizeWords(one.file.size)}</span>
              </span>
              <Standing one={one} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
