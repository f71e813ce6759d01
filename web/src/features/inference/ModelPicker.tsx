// Chooses who answers; the browser's own list, because it is the most accessible one and copes with hundreds.

import type { Model } from '@/core/calls';

import { choose, chosen, models } from './models';

function byProvider(all: Model[]): [string, Model[]][] {
  const groups = new Map<string, Model[]>();
  for (const model of all) groups.set(model.provider, [...(groups.get(model.provider) ?? []), model]);
  return [...groups];
}

export function ModelPicker() {
  if (models.value.length === 0) return null;
  return (
    <div class="picker">
      <select aria-label="Model" value={chosen.value} onChange={event => choose(event.currentTarget.value)}>
        {byProvider(models.value).map(([provider, group]) => (
          <optgroup key={provider} label={provider}>
            {group.map(model => (
              <option key={model.id} value={model.id} disabled={!model.ready} selected={model.id === chosen.value}>
                {model.name || model.id}
                {model.ready ? '' : ' (not ready)'}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
    </div>
  );
}
