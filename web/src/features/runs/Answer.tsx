// An answer: one that is finished, or one that is being written.

import { type Message, reasoningOf } from '@/core/messages';
import { Markdown } from '@/kit/Markdown';

import { Act, CopyAct, FailureNote, Siblings, Thoughts, ToolCall } from './pieces';
import { type Live, written } from './view';

type Naming = (model: string | null) => string;

interface Props {
  message: Message;
  busy: boolean;
  nameOf: Naming;
  onAgain: () => void;
  onShow: (index: number) => void;
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

function Calls({ message }: { message: Message }) {
  const results = new Map(message.parts.flatMap(part => (part.type === 'tool_result' ? [[part.call_id, part]] : [])));
  return (
    <>
      {message.parts.map(
        part =>
          part.type === 'tool_call' && (
            <ToolCall
              key={part.call_id}
              name={part.name}
              args={part.arguments}
              result={results.get(part.call_id) ?? null}
            />
          ),
      )}
    </>
  );
}

export function Answer({ message, busy, nameOf, onAgain, onShow }: Props) {
  const ending = message.finish_reason && ENDINGS[message.finish_reason];
  const again = busy ? undefined : onAgain;
  return (
    <article class="answer" aria-label={`${nameOf(message.model)} answered`}>
      <header>{nameOf(message.model)}</header>
      <Thoughts text={reasoningOf(message)} now={false} />
      <Calls message={message} />
      <Markdown text={message.text} />
      {ending && <p class="ending">{ending}</p>}
      {message.error && <FailureNote failure={message.error} onRetry={again} />}
      <div class="acts">
        {message.text && <CopyAct text={message.text} says="Copy answer" />}
        {again && !message.error && <Act icon="again" says="Answer again" onClick={again} />}
        <Siblings message={message} onShow={onShow} />
        <span class="measures">{measures(message)}</span>
      </div>
    </article>
  );
}

export function Waiting() {
  return (
    <span class="waiting" role="img" aria-label="Waiting for the answer">
      <i />
      <i />
      <i />
    </span>
  );
}

export function LiveAnswer({ live, nameOf }: { live: Live; nameOf: Naming }) {
  const text = written(live, 'content');
  return (
    <article class="answer live" aria-label="Answer being written" aria-busy="true">
      <header>{live.model ? nameOf(live.model) : ' '}</header>
      <Thoughts text={written(live, 'reasoning')} now={!text} />
      {live.calls.map(call => (
        <ToolCall key={call.callId} name={call.name} args={call.args} result={call.result} />
      ))}
      {text ? <Markdown text={text} /> : <Waiting />}
    </article>
  );
}
