// Shows Markdown, block by block, so that a growing text costs only its last block; it does not fetch anything.

import { useMemo } from 'preact/hooks';

import { copyText } from './clipboard';
import { blocksOf, harmless } from './markdown';

const SAID_MS = 1600;

async function copyCode(event: MouseEvent): Promise<void> {
  const button = (event.target as Element).closest('button.copy');
  const code = button?.closest('figure')?.querySelector('code');
  if (!button || !code) return;
  button.textContent = (await copyText((code.textContent ?? '').replace(/\n$/, ''))) ? 'Copied' : 'Not copied';
  setTimeout(() => (button.textContent = 'Copy'), SAID_MS);
}

function Block({ html }: { html: string }) {
  const safe = useMemo(() => ({ __html: harmless.createHTML(html) }), [html]);
  return <div class="block" dangerouslySetInnerHTML={safe} />;
}

export function Markdown({ text }: { text: string }) {
  const blocks = useMemo(() => blocksOf(text), [text]);
  return (
    <div class="markdown" onClick={event => void copyCode(event)}>
      {blocks.map((html, place) => (
        <Block key={place} html={html} />
      ))}
    </div>
  );
}
