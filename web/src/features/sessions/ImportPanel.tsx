// Where a person brings conversations from a file: choosing or dropping it, and the server's report.

import { useEffect, useRef, useState } from 'preact/hooks';

import { Icon } from '@/kit/icons';
import { Panel } from '@/kit/Panel';

import { bringSessions, broughtSays, flawSays, importing, type Import } from './bringing';

const SHOWN = 50;

function Report({ report, name }: Extract<Import, { standing: 'brought' }>) {
  return (
    <>
      <p>
        Brought from {name}: {broughtSays(report)}.
      </p>
      {report.notes.length > 0 && (
        <div class="noted">
          <p>Not everything could be kept:</p>
          <ul>
            {report.notes.map(note => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </div>
      )}
      <ul class="waiting-list" aria-label="Conversations that were brought">
        {report.items.slice(0, SHOWN).map(session => (
          <li key={session.id}>
            <a href={`/c/${session.id}`}>
              <span class="what">{session.title || 'New chat'}</span>
              <span class="hint">
                {session.message_count.toLocaleString()} {session.message_count === 1 ? 'message' : 'messages'}
              </span>
            </a>
          </li>
        ))}
      </ul>
      {report.sessions > SHOWN && <p class="hint">The others stand in the list of conversations.</p>}
    </>
  );
}

function Refused({ name, says, flaws }: Extract<Import, { standing: 'refused' }>) {
  return (
    <div class="alert" role="alert">
      <p>
        {name}: {says}
      </p>
      {flaws.length > 1 && (
        <ul>
          {flaws.map((flaw, place) => (
            <li key={place}>{flawSays(flaw)}</li>
          ))}
        </ul>
      )}
    </div>
  );
}

export function ImportPanel({ onClose }: { onClose: () => void }) {
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const now = importing.value;
  const working = now?.standing === 'on its way';
  const bring = (files: FileList | null | undefined) => {
    const [file] = files ?? [];
    if (file && !working) void bringSessions(file);
  };
  useEffect(() => {
    // What came of an earlier one was read.
    if (importing.peek()?.standing !== 'on its way') importing.value = null;
  }, []);
  return (
    <Panel title="Import conversations" onClose={onClose}>
      <p class="hint">
        A file that Palaver, ChatGPT or Claude exported: one JSON file, or the zip as it came. All of it is taken in, or
        nothing.
      </p>
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
          bring(event.dataTransfer?.files);
        }}
      >
        <input
          ref={input}
          type="file"
          accept=".json,.zip,application/json,application/zip"
          hidden
          onChange={event => {
            bring(event.currentTarget.files);
            event.currentTarget.value = '';
          }}
        />
        <button type="button" class="button" disabled={working} onClick={() => input.current?.click()}>
          <Icon name="in" size={16} />
          Choose a file
        </button>
        <span class="hint">or drop it here</span>
      </div>
      <div role="status" class="report">
        {working && (
          <>
            <p class="hint">{now.progress < 1 ? `Uploading ${now.name}…` : 'Reading it…'}</p>
            <progress {...(now.progress < 1 && { value: now.progress })} max={1} aria-label={`Importing ${now.name}`} />
          </>
        )}
        {now?.standing === 'brought' && <Report {...now} />}
      </div>
      {now?.standing === 'refused' && <Refused {...now} />}
    </Panel>
  );
}
