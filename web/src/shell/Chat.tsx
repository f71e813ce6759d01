// One conversation on the page: its thread, where one writes, and the keys that work everywhere in it.

import { signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';

import { chosenAgent, commands, matching } from '@/features/agents/offers';
import { AgentPicker, ModePicker } from '@/features/agents/Pickers';
import { ModelPicker } from '@/features/inference/ModelPicker';
import { nameOf } from '@/features/inference/models';
import { ContextPanel } from '@/features/context/ContextPanel';
import { putBack } from '@/features/runs/attaching/attaching';
import { HelpLink } from '@/features/runs/care/HelpPanel';
import { Composer } from '@/features/runs/Composer';
import type { Conversation, Said } from '@/features/runs/conversation';
import { jumpTo } from '@/features/runs/jump';
import { Thread } from '@/features/runs/Thread';
import { busy } from '@/features/runs/view';
import { waiting } from '@/features/waiting/waiting';
import { Icon } from '@/kit/icons';
import { remember } from '@/kit/remembered';

import { Disconnected } from './Notice';
import { go } from './place';

/** The message whose context is shown; empty: the next call's; null: none is. */
export const contextShown = signal<string | null>(null);

function Problem({ says, onClose }: { says: string; onClose: () => void }) {
  return (
    <div class="alert problem" role="alert">
      <p>{says}</p>
      <button type="button" class="quiet" aria-label="Close" onClick={onClose}>
        <Icon name="close" size={16} />
      </button>
    </div>
  );
}

function Missing({ says }: { says: string }) {
  return (
    <div class="home">
      <p class="soft">{says}</p>
      <a class="button" href="/">
        Begin a new one
      </a>
      <p class="foot-hint">
        <HelpLink />
      </p>
    </div>
  );
}

export function Chat({ conversation }: { conversation: Conversation }) {
  const [taken, setTaken] = useState(0);
  const working = busy(conversation.view.value);
  const draft = conversation.sessionId;

  useEffect(() => {
    const escape = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented || !busy(conversation.view.peek())) return;
      void conversation.stop();
    };
    window.addEventListener('keydown', escape);
    return () => window.removeEventListener('keydown', escape);
  }, [conversation]);

  if (conversation.missing.value) return <Missing says={conversation.missing.value} />;

  const takeBack = ({ text, attachments }: Said) => {
    remember(`draft.${draft}`, text);
    putBack(draft, attachments);
    setTaken(taken + 1);
  };

  const fork = async (messageId: string) => {
    const made = await conversation.fork(messageId);
    if (made) go(`/c/${made}`);
  };

  return (
    <>
      {conversation.connection.value === 'lost' && <Disconnected onNow={conversation.reconnect} />}
      <Thread
        key={draft}
        conversation={conversation}
        nameOf={nameOf}
        waiting={waiting.value}
        onTakeBack={takeBack}
        onFork={messageId => void fork(messageId)}
        onContext={messageId => (contextShown.value = messageId)}
      />
      <div class="foot">
        {conversation.human.value && (
          <p class="with-human" role="status">
            <Icon name="people" size={16} />
            {conversation.human.value}, a person from the team, answers here.
          </p>
        )}
        {conversation.notice.value && <Problem says={conversation.notice.value} onClose={conversation.dismiss} />}
        {conversation.readsOnly.value ? (
          <p class="foot-hint" role="note">
            You may read along here. Its owner decides who writes.
          </p>
        ) : (
          <Composer
            key={taken}
            draft={draft}
            busy={working}
            commandsFor={text => matching(commands.value, text)}
            onSend={said => void conversation.say(said, chosenAgent.value ? { agent: chosenAgent.value } : {})}
            onStop={() => void conversation.stop()}
          >
            <ModelPicker />
            <AgentPicker />
            {conversation.mode.value && (
              <ModePicker mode={conversation.mode.value} onChange={mode => void conversation.setMode(mode)} />
            )}
          </Composer>
        )}
        <p class="foot-hint">
          Answers can be wrong. What matters, check. <HelpLink />
        </p>
      </div>
      {contextShown.value !== null && (
        <ContextPanel
          key={contextShown.value}
          sessionId={conversation.sessionId}
          messageId={contextShown.value || null}
          busy={working}
          nameOf={nameOf}
          onJump={jumpTo}
          onSumUp={focus => void conversation.sumUp(focus)}
          onClose={() => (contextShown.value = null)}
        />
      )}
    </>
  );
}
