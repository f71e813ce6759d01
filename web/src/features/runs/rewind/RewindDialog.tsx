// Goes back to before a message: says first what changes and what stays done, does it, and can take it back.

import { useEffect, useId, useRef, useState } from 'preact/hooks';

import { wordsFor } from '@/core/request';
import { checkpointBefore, rewind, type Rewound, type What } from '@/core/travel';
import { useModal } from '@/kit/modal';

import { changesOf, effectWords } from './words';

interface Props {
  sessionId: string;
  messageId: string;
  /** The session is not as it was. */
  onMoved: () => void;
  onClose: () => void;
}

const CHOICES = { both: ['messages', 'files'], messages: ['messages'], files: ['files'] } as const satisfies Record<
  string,
  readonly What[]
>;
type Choice = keyof typeof CHOICES;

const SAID: Record<Choice, string> = { both: 'Messages and files', messages: 'Only messages', files: 'Only files' };

function Told({ about, none }: { about: Rewound; none: string }) {
  const lines = changesOf(about);
  return (
    <>
      <ul class="told">{lines.length > 0 ? lines.map(line => <li key={line}>{line}</li>) : <li>{none}</li>}</ul>
      {about.not_undone.length > 0 && (
        <div class="stays">
          <p>This reached outside and stays done:</p>
          <ul>
            {about.not_undone.map(effect => (
              <li key={effect.id}>{effectWords(effect)}</li>
            ))}
          </ul>
        </div>
      )}
    </>
  );
}

function Choosing({ choice, onChoose }: { choice: Choice; onChoose: (choice: Choice) => void }) {
  return (
    <fieldset class="choosing">
      <legend>What goes back</legend>
      {(Object.keys(CHOICES) as Choice[]).map(one => (
        <label key={one}>
          <input type="radio" name="restore" checked={one === choice} onChange={() => onChoose(one)} />
          {SAID[one]}
        </label>
      ))}
    </fieldset>
  );
}

/** What would be done, asked anew with each choice; an answer to an older question counts no more. */
function usePreview(sessionId: string, messageId: string, choice: Choice) {
  const [preview, setPreview] = useState<Rewound | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  useEffect(() => {
    let gone = false;
    setPreview(null);
    setTrouble(null);
    rewind(sessionId, { checkpoint_id: checkpointBefore(messageId), restore: CHOICES[choice], preview: true }).then(
      found => gone || setPreview(found),
      (thrown: unknown) => gone || setTrouble(wordsFor(thrown)),
    );
    return () => {
      gone = true;
    };
  }, [sessionId, messageId, choice]);
  return { preview, trouble };
}

export function RewindDialog({ sessionId, messageId, onMoved, onClose }: Props) {
  const dialog = useModal();
  const title = useId();
  const [choice, setChoice] = useState<Choice>('both');
  const [working, setWorking] = useState(false);
  const [done, setDone] = useState<Rewound | null>(null);
  const [undone, setUndone] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const { preview, trouble: unknown } = usePreview(sessionId, messageId, choice);
  const close = useRef<HTMLButtonElement>(null);

  const go = async (checkpoint: string, then: (rewound: Rewound) => void) => {
    setWorking(true);
    setTrouble(null);
    try {
      then(await rewind(sessionId, { checkpoint_id: checkpoint, restore: CHOICES[choice] }));
      onMoved();
      // The button that was pressed is gone.
      close.current?.focus();
    } catch (thrown) {
      setTrouble(wordsFor(thrown));
    } finally {
      setWorking(false);
    }
  };

  const undo = done?.checkpoint_id;
  const heading = undone ? 'Taken back' : done ? 'Rewound' : 'Rewind to before this message?';
  return (
    <dialog
      ref={dialog}
      class="confirm rewind"
      aria-labelledby={title}
      onClose={onClose}
      onKeyDown={event => {
        // The browser closes the dialog; an answer behind it goes on.
        if (event.key === 'Escape') event.stopPropagation();
      }}
    >
      <h2 id={title}>{heading}</h2>
      {!done && <Choosing choice={choice} onChoose={setChoice} />}
      <div role="status">
        {undone && <p>Everything is as it was before.</p>}
        {done && !undone && <Told about={done} none="Nothing had to change." />}
        {!done && preview && <Told about={preview} none="Nothing would change." />}
        {!done && !preview && !unknown && <p>Looking…</p>}
      </div>
      {(trouble ?? (done ? null : unknown)) && (
        <p class="alert" role="alert">
          {trouble ?? unknown}
        </p>
      )}
      <div class="row">
        <button ref={close} type="button" class="button" onClick={onClose}>
          {done ? 'Close' : 'Cancel'}
        </button>
        {!done && (
          <button
            type="button"
            class="button primary"
            disabled={working || !preview}
            onClick={() => void go(checkpointBefore(messageId), setDone)}
          >
            Rewind
          </button>
        )}
        {undo && !undone && (
          <button type="button" class="button" disabled={working} onClick={() => void go(undo, () => setUndone(true))}>
            Undo
          </button>
        )}
      </div>
    </dialog>
  );
}
