// A long text in a box of bounded height; what would make the page slow is shown when it is asked for.

import { useState } from 'preact/hooks';

const SHOWN_CHARACTERS = 20_000;

interface Props {
  text: string;
  label: string;
  tone?: 'added' | 'removed';
}

export function Bounded({ text, label, tone }: Props) {
  const [whole, setWhole] = useState(false);
  const cut = !whole && text.length > SHOWN_CHARACTERS;
  return (
    <>
      <pre class={tone ? `bounded ${tone}` : 'bounded'} tabIndex={0} role="group" aria-label={label}>
        {cut ? text.slice(0, SHOWN_CHARACTERS) : text}
      </pre>
      {cut && (
        <p class="hint">
          {(text.length - SHOWN_CHARACTERS).toLocaleString()} more characters.{' '}
          <button type="button" class="link" onClick={() => setWhole(true)}>
            Show all
          </button>
        </p>
      )}
    </>
  );
}
