// One conversation on the page: its thread, where one writes, and the keys that work everywhere in it.

import { useEffect, useState } from 'preact/hooks';

import { chosenAgent, commands, matching } from '@/features/agents/offers';
import { AgentPicker, ModePicker } from '@/features/agents/Pickers';
import { ModelPicker } from '@/features/inference/ModelPicker';
import { nameOf } from '@/features/inference/models';
import { Composer } from '@/features/runs/Composer';
import type { Conversation } from '@/features/runs/conversation';
import { Thread } from '@/features/runs/Thread';
import { busy } from '@/features/runs/view';
import { waiting } from '@/features/waiting/waiting';
import { Icon } from '@/kit/icons';
import { remember } from '@/kit/remembered';

import { Disconnected } from './Notice';
import { go } from './place';

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

  const takeBack = (text: string) => {
    remember(`draft.${draft}`, text);
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
      />
      <div class="foot">
        {conversation.notice.value && <Problem says={conversation.notice.value} onClose={conversation.dismiss} />}
        <Composer
          key={taken}
          draft={draft}
          busy={working}
          commandsFor={text => matching(commands.value, text)}
          onSend={text => void conversation.say(text, chosenAgent.value ? { agent: chosenAgent.value } : {})}
          onStop={() => void conversation.stop()}
        >
          <ModelPicker />
          <AgentPicker />
          {conversation.mode.value && (
            <ModePicker mode={conversation.mode.value} onChange={mode => void conversation.setMode(mode)} />
          )}
        </Composer>
        <p class="foot-hint">Answers can be wrong. What matters, check.</p>
      </div>
    </>
  );
}
