// An answer: one that is finished, or one that is being written.

import { useMemo } from 'preact/hooks';

import type { Message } from '@/core/messages';
import { Menu } from '@/kit/Menu';

import { type Block, blocksOfEntries, blocksOfMessage } from './blocks';
import { Blocks } from './BlockList';
import type { Hands } from './hands';
import { Act, CopyAct, FailureNote, Siblings } from './pieces';
import type { Call, Line, Live } from './view';

type Naming = (model: string | null) => string;

interface Props {
  /** What is kept of it; null while it is only being written. */
  message: Message | null;
  /** The run that writes it; null when it is finished. */
  live: Live | null;
  past: readonly (Call | Line)[] | undefined;
  busy: boolean;
  nameOf: Naming;
  hands: Hands;
  onAgain: () => void;
  onShow: (index: number) => void;
  onFork: (messageId: string) => void;
  /** What was this answer based on? */
  onContext: (messageId: string) => void;
}

const ENDINGS: Record<string, string> = {
  interrupted: 'Stopped here.',
  length: 'Cut off: the answer reached its greatest length.',
};

/** Tokens, seconds and money, as far as they are known. */
function measures(message: Message): string {
  const { usage, latency_ms: latency } = message;
  const says: string[] = [];
  if (latency !== null) says.push(`${(latency / 1000).toFixed(1)} s`);
  if (usage?.output_tokens) says.push(`${usage.estimated ? '≈ ' : ''}${usage.output_tokens} tokens`);
  if (usage?.cost_usd) says.push(`$${usage.cost_usd.toPrecision(2)}`);
  return says.join(' · ');
}

function Kept({ message, busy, onAgain, onShow, onFork, onContext }: Props & { message: Message }) {
  const ending = message.finish_reason && ENDINGS[message.finish_reason];
  const again = busy ? undefined : onAgain;
  return (
    <>
      {ending && <p class="ending">{ending}</p>}
      {message.error && <FailureNote failure={message.error} onRetry={again} />}
      <div class="acts">
        {message.text && <CopyAct text={message.text} says="Copy answer" />}
        {again && !message.error && !message.author && <Act icon="again" says="Answer again" onClick={again} />}
        <Siblings message={message} onShow={onShow} />
        <Menu
          label="More about this answer"
          choices={[
            ...(message.author
              ? []
              : [{ icon: 'gauge' as const, says: 'What it was based on', act: () => onContext(message.id) }]),
            { icon: 'fork', says: 'Fork from here', act: () => onFork(message.id) },
          ]}
        />
        <span class="measures">{measures(message)}</span>
      </div>
    </>
  );
}

export function Dots() {
  return (
    <span class="waiting" role="img" aria-label="Waiting for the answer">
      <i />
      <i />
      <i />
    </span>
  );
}

/** Whether it cannot be seen that something goes on: no word is growing, no call runs, nobody is asked. */
function looksIdle(blocks: readonly Block[]): boolean {
  const last = blocks.at(-1);
  if (!last || last.kind === 'line' || last.kind === 'attachment' || last.kind === 'thoughts') return true;
  return last.kind === 'call' && last.call.result !== null;
}

/** What the house itself says about people from the team; no model did. */
const HOUSE = 'palaver/house';

const called = (model: string | null, live: Live | null, nameOf: Naming): string =>
  model === 'palaver/person' ? 'A person from the team' : live && !model ? '\u00a0' : nameOf(model);

function HouseLine({ id, blocks, hands }: { id: string | undefined; blocks: Block[]; hands: Hands }) {
  return (
    <div class="house-says" role="note" id={id ? `at-${id}` : undefined}>
      <Blocks blocks={blocks} runId="" running={false} hands={hands} />
    </div>
  );
}

/** One component for both, so that what a reader has opened stays open when the answer is finished. */
export function Answer(props: Props) {
  const { message, live, past, nameOf, hands } = props;
  const blocks = useMemo(
    () => (live ? blocksOfEntries(live.entries) : message ? blocksOfMessage(message, past) : []),
    [live, message, past],
  );
  const model = (live ?? message)?.model ?? null;
  const name = message?.author ? `${message.author.name}, a person from the team` : called(model, live, nameOf);
  const byPeople = model?.startsWith('palaver/') ?? false;
  if (model === HOUSE) return <HouseLine key="house" id={message?.id} blocks={blocks} hands={hands} />;
  return (
    <article
      class={[live ? 'answer live' : 'answer', byPeople && 'by-human'].filter(Boolean).join(' ')}
      aria-label={live ? 'Answer being written' : `${name} answered`}
      aria-busy={live ? 'true' : undefined}
      id={message ? `at-${message.id}` : undefined}
    >
      <header>{name}</header>
      <Blocks blocks={blocks} runId={live?.runId ?? ''} running={live !== null} hands={hands} />
      {live && looksIdle(blocks) && <Dots />}
      {!live && message && <Kept {...props} message={message} />}
    </article>
  );
}
