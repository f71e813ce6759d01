// The blocks of an answer, in order; those of a subagent stand below its call.

import { Markdown } from '@/kit/Markdown';

import type { Block } from './blocks';
import { blocksOfEntries } from './blocks';
import { Attached } from './calls/Attached';
import { CallRow } from './calls/CallRow';
import { CareNote } from './care/CareNote';
import type { Hands } from './hands';
import { Thoughts } from './pieces';

interface Props {
  blocks: readonly Block[];
  runId: string;
  /** Whether more is to come. */
  running: boolean;
  hands: Hands;
}

export function Blocks({ blocks, runId, running, hands }: Props) {
  return (
    <>
      {blocks.map((block, place) => {
        switch (block.kind) {
          case 'text':
            return <Markdown key={place} text={block.text} />;
          case 'thoughts':
            return <Thoughts key={place} text={block.text} now={running && place === blocks.length - 1} />;
          case 'line':
            if (block.line.helpers) {
              const { says, helpers, called = null } = block.line;
              return <CareNote key={place} says={says} helpers={helpers} called={called} />;
            }
            return (
              <p key={place} class="line" data-tone={block.line.tone}>
                {block.line.says}
              </p>
            );
          case 'attachment':
            return <Attached key={place} sessionId={hands.sessionId} attachment={block.attachment} />;
          case 'call': {
            const { call } = block;
            const child = call.child;
            return (
              <CallRow key={place} call={call} runId={runId} running={running} hands={hands}>
                {child && (
                  <Blocks
                    blocks={blocksOfEntries(child.entries)}
                    runId={child.runId}
                    running={running && !child.over && !call.result}
                    hands={hands}
                  />
                )}
              </CallRow>
            );
          }
        }
      })}
    </>
  );
}
