// The files that go with what is being written: a chip each, with what became of it; and the button that adds some.

import { useRef } from 'preact/hooks';

import { uploadAddress } from '@/core/uploads';
import { Icon } from '@/kit/icons';
import { sizeWords } from '@/kit/sizes';

import { attach, attachAgain, attachedTo, type Attaching, detach } from './attaching';

function Face({ one }: { one: Attaching }) {
  if (one.part?.type === 'image' && one.part.file_id) {
    return <img src={uploadAddress(one.part.file_id)} alt="" width={36} height={36} />;
  }
  return (
    <span class="face" aria-hidden="true">
      {one.standing === 'on its way' ? (
        <span class="spinner" />
      ) : (
        <Icon name={one.standing === 'failed' ? 'alert' : 'file'} />
      )}
    </span>
  );
}

function Chip({ draft, one }: { draft: string; one: Attaching }) {
  const remove = () => {
    detach(draft, one);
    document.getElementById('prompt')?.focus();
  };
  return (
    <li class="attaching" data-standing={one.standing}>
      <Face one={one} />
      <span class="about">
        <span class="name">{one.name}</span>
        {one.standing === 'failed' ? (
          <span class="hint" role="alert">
            {one.says}{' '}
            {one.file && (
              <button type="button" class="link" onClick={() => void attachAgain(draft, one)}>
                Retry
              </button>
            )}
          </span>
        ) : one.standing === 'on its way' ? (
          <progress value={one.progress} max={1} aria-label={`Uploading ${one.name}`} />
        ) : (
          <span class="hint">{sizeWords(one.size)}</span>
        )}
      </span>
      <button type="button" class="quiet act" aria-label={`Remove ${one.name}`} title="Remove" onClick={remove}>
        <Icon name="close" size={15} />
      </button>
    </li>
  );
}

export function AttachedFiles({ draft }: { draft: string }) {
  const attached = attachedTo(draft);
  if (attached.length === 0) return null;
  return (
    <ul class="attachings" aria-label="Attached files">
      {attached.map(one => (
        <Chip key={one.id} draft={draft} one={one} />
      ))}
    </ul>
  );
}

export function AttachButton({ draft }: { draft: string }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        onChange={event => {
          attach(draft, event.currentTarget.files ?? []);
          // The same file can be chosen once more.
          event.currentTarget.value = '';
        }}
      />
      <button
        type="button"
        class="quiet"
        aria-label="Add files"
        title="Add files"
        onClick={() => input.current?.click()}
      >
        <Icon name="clip" />
      </button>
    </>
  );
}
