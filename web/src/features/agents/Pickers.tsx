// Chooses how freely agents may act, and which agent answers; the browser's own lists.

import type { PermissionMode } from '@/core/messages';

import { agents, chosenAgent, modes } from './offers';

const SAYS: Record<PermissionMode, string> = {
  default: 'Ask first',
  acceptEdits: 'Edit files freely',
  plan: 'Only read',
  dontAsk: 'Never ask',
  bypassPermissions: 'Allow everything',
};

interface Props {
  mode: PermissionMode;
  onChange: (mode: PermissionMode) => void;
}

export function ModePicker({ mode, onChange }: Props) {
  const shown = modes.value.includes(mode) ? modes.value : [...modes.value, mode];
  return (
    <div class="picker">
      <select
        aria-label="What agents may do"
        data-mode={mode}
        value={mode}
        onChange={event => onChange(event.currentTarget.value as PermissionMode)}
      >
        {shown.map(one => (
          <option key={one} value={one} selected={one === mode}>
            {SAYS[one]}
          </option>
        ))}
      </select>
    </div>
  );
}

export function AgentPicker() {
  if (agents.value.length === 0) return null;
  return (
    <div class="picker">
      <select
        aria-label="Agent"
        value={chosenAgent.value}
        onChange={event => (chosenAgent.value = event.currentTarget.value)}
      >
        <option value="">No agent</option>
        {agents.value.map(agent => (
          <option key={agent.name} value={agent.name} selected={agent.name === chosenAgent.value}>
            {agent.name}
          </option>
        ))}
      </select>
    </div>
  );
}
