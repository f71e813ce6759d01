// The files of a session: a list, a look into texts and pictures, and a link to each.

import { useEffect, useState } from 'preact/hooks';

import { fileAddress, type SessionFile } from '@/core/acting';
import { wordsFor } from '@/core/request';
import { Bounded } from '@/kit/Bounded';
import { Confirm } from '@/kit/Confirm';
import { Icon } from '@/kit/icons';
import { Panel } from '@/kit/Panel';
import { sizeWords } from '@/kit/sizes';

import { BringFiles } from './BringFiles';
import { remove, trouble } from './bringing';
import { isPicture, isText, listing, moreFiles, readText, refreshFiles } from './files';

interface OneProps {
  sessionId: string;
  file: SessionFile;
}

type Reading = 'reading' | { text: string; cut: boolean } | { trouble: string };

function TextView({ sessionId, file }: OneProps) {
  const [read, setRead] = useState<Reading>('reading');
  useEffect(() => {
    let gone = false;
    readText(sessionId, file.path).then(
      found => gone || setRead(found ?? { trouble: 'This is no text.' }),
      (thrown: unknown) => gone || setRead({ trouble: wordsFor(thrown) }),
    );
    return () => {
      gone = true;
    };
  }, [sessionId, file.path, file.modified_at]);
  if (read === 'reading') return <p class="hint">Loading…</p>;
  if ('trouble' in read) return <p class="hint">{read.trouble}</p>;
  return (
    <>
      <Bounded text={read.text} label={file.path} />
      {read.cut && <p class="hint">Only its beginning is shown. Download it to read the whole.</p>}
    </>
  );
}

function View({ sessionId, file }: OneProps) {
  if (isPicture(file)) return <img class="figure" src={fileAddress(sessionId, file.path)} alt={file.path} />;
  if (isText(file)) return <TextView sessionId={sessionId} file={file} />;
  return <p class="hint">This cannot be shown here.</p>;
}

function Row({ sessionId, file }: OneProps) {
  const [shown, setShown] = useState(false);
  const [leaving, setLeaving] = useState(false);
  return (
    <li>
      <div class="file-row">
        <button type="button" class="file-name" aria-expanded={shown} onClick={() => setShown(!shown)}>
          <Icon name="file" size={15} />
          <span>{file.path}</span>
        </button>
        <span class="hint">{sizeWords(file.size)}</span>
        <a
          class="quiet"
          href={fileAddress(sessionId, file.path)}
          download={file.path.split('/').at(-1)}
          aria-label={`Download ${file.path}`}
          title="Download"
        >
          <Icon name="down" size={16} />
        </a>
        <button
          type="button"
          class="quiet"
          aria-label={`Delete ${file.path}`}
          title="Delete"
          onClick={() => setLeaving(true)}
        >
          <Icon name="bin" size={16} />
        </button>
      </div>
      {leaving && (
        <Confirm
          title="Delete this file?"
          says={`${file.path} is removed from this conversation. Checkpoints that were set before keep it.`}
          yes="Delete"
          onNo={() => setLeaving(false)}
          onYes={() => {
            setLeaving(false);
            void remove(sessionId, file.path);
          }}
        />
      )}
      {shown && <View sessionId={sessionId} file={file} />}
    </li>
  );
}

function List({ sessionId }: { sessionId: string }) {
  const found = listing.value?.sessionId === sessionId ? listing.value : null;
  if (!found) return <p class="hint">Loading…</p>;
  if (found.items.length === 0 && !found.trouble) {
    return <p class="hint">There are no files in this conversation yet.</p>;
  }
  return (
    <>
      {found.trouble && <p class="alert">{found.trouble}</p>}
      <ul class="files">
        {found.items.map(file => (
          <Row key={file.path} sessionId={sessionId} file={file} />
        ))}
      </ul>
      {found.next && (
        <button type="button" class="more" onClick={() => void moreFiles(found)}>
          Show more
        </button>
      )}
    </>
  );
}

export function FilesButton({ sessionId }: { sessionId: string }) {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    if (shown) void refreshFiles(sessionId);
  }, [shown, sessionId]);
  return (
    <>
      <button
        type="button"
        class="quiet"
        aria-haspopup="dialog"
        aria-label="Files of this conversation"
        title="Files"
        onClick={() => setShown(true)}
      >
        <Icon name="folder" />
      </button>
      {shown && (
        <Panel
          title="Files"
          onClose={() => setShown(false)}
          actions={
            <button
              type="button"
              class="quiet"
              aria-label="Refresh the list"
              title="Refresh"
              onClick={() => void refreshFiles(sessionId)}
            >
              <Icon name="again" size={16} />
            </button>
          }
        >
          <BringFiles sessionId={sessionId} />
          {trouble.value && (
            <p class="alert" role="alert">
              {trouble.value}
            </p>
          )}
          <List sessionId={sessionId} />
        </Panel>
      )}
    </>
  );
}
