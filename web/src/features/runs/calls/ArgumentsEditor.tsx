// Changes the arguments of a call before it is approved: texts as texts, or all of them as JSON.

import { useState } from 'preact/hooks';

import type { Arguments } from '@/core/events';

interface Props {
  args: Arguments;
  /** Null where what is written is no JSON object. */
  onChange: (args: Arguments | null) => void;
}

const SHORT = 100;

/** The object that a text is as JSON, or why it is none. */
export function objectIn(text: string): { args: Arguments } | { wrong: string } {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { args: value as Arguments };
    return { wrong: 'This must be a JSON object: { … }.' };
  } catch (thrown) {
    return { wrong: `This is no JSON: ${thrown instanceof Error ? thrown.message : 'it cannot be read'}` };
  }
}

function Fields({ args, onChange }: { args: Arguments; onChange: (args: Arguments) => void }) {
  return (
    <>
      {Object.entries(args).map(([name, value]) => {
        const text = String(value);
        const set = (words: string) => onChange({ ...args, [name]: words });
        const long = text.length > SHORT || text.includes('\n') || name === 'content' || name === 'command';
        return (
          <label key={name}>
            {name}
            {long ? (
              <textarea rows={4} value={text} onInput={event => set(event.currentTarget.value)} />
            ) : (
              <input type="text" value={text} onInput={event => set(event.currentTarget.value)} />
            )}
          </label>
        );
      })}
    </>
  );
}

export function ArgumentsEditor({ args, onChange }: Props) {
  const onlyTexts = Object.values(args).every(value => typeof value === 'string');
  const [asJson, setAsJson] = useState(!onlyTexts);
  const [text, setText] = useState(() => JSON.stringify(args, null, 2));
  const [wrong, setWrong] = useState<string | null>(null);

  const writeJson = (words: string) => {
    setText(words);
    const read = objectIn(words);
    setWrong('wrong' in read ? read.wrong : null);
    onChange('args' in read ? read.args : null);
  };

  return (
    <div class="editing">
      {asJson ? (
        <label>
          Arguments as JSON
          <textarea
            class="mono"
            rows={8}
            spellcheck={false}
            aria-invalid={wrong !== null}
            value={text}
            onInput={event => writeJson(event.currentTarget.value)}
          />
        </label>
      ) : (
        <Fields args={args} onChange={onChange} />
      )}
      {wrong && (
        <p class="alert" role="alert">
          {wrong}
        </p>
      )}
      {!asJson && (
        <button
          type="button"
          class="link"
          onClick={() => {
            setText(JSON.stringify(args, null, 2));
            setAsJson(true);
          }}
        >
          Edit as JSON
        </button>
      )}
    </div>
  );
}
