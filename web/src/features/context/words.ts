// What a manifest says, in words for people; pure.

import type { Manifest, Stretch } from '@/core/context';

export interface Share {
  part: string;
  says: string;
  tokens: number;
}

/** In the order in which a model is told them. */
const PARTS: Readonly<Record<string, string>> = {
  instructions: 'Instructions',
  guidance: 'Care guidance',
  project: 'Project',
  memories: 'Memories',
  summary: 'Summary of earlier messages',
  tools: 'Descriptions of tools',
  messages: 'Messages',
  turns: 'Messages',
  tool_results: 'Results of tools',
  files: 'Files',
  answer_so_far: 'The answer so far',
};
const ORDER = Object.keys(PARTS);
const SUMS = new Set(['total', 'reported']);

const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count.toLocaleString()} ${count === 1 ? one : many}`;

const plain = (name: string): string => {
  const words = name.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
};

const rank = (part: string): number => (ORDER.includes(part) ? ORDER.indexOf(part) : ORDER.length);

/** The tokens by part, without parts that there is nothing of. */
export function sharesOf({ tokens = {} }: Manifest): Share[] {
  return Object.entries(tokens)
    .flatMap(([part, count]) =>
      SUMS.has(part) || !count ? [] : [{ part, says: PARTS[part] ?? plain(part), tokens: count }],
    )
    .sort((one, other) => rank(one.part) - rank(other.part));
}

/** How much is told of how much there is room for; "about" because models count differently. */
export function fullness({ tokens = {}, window }: Manifest): string {
  const total = tokens['total'] ?? 0;
  if (!window) return `About ${counted(total, 'token')}. How many the model takes is not known.`;
  const percent = (100 * total) / window;
  const share = percent > 0 && percent < 1 ? 'less than 1' : Math.round(percent).toString();
  return `About ${total.toLocaleString()} of ${counted(window, 'token')}, ${share} %`;
}

/** One line of the list: what it is about, what is said of it, and messages that one may go to. */
export interface Fact {
  about: string;
  says: string;
  messages?: string[];
}

const ends = ({ from_message_id: from, to_message_id: to }: Stretch): string[] => [
  ...new Set([from, to].filter(id => id !== null)),
];

/** What else is worth knowing: what was told, what was left out or told in part. */
export function factsOf(manifest: Manifest, nameOf: (model: string) => string): Fact[] {
  const facts: Fact[] = [{ about: 'Model', says: nameOf(manifest.model) }];
  const { messages, left_out: left, shortened = [], files = [], tools, guidance = [] } = manifest;
  if (messages?.count)
    facts.push({ about: 'Messages', says: counted(messages.count, 'message'), messages: ends(messages) });
  if (manifest.summary_id) {
    const says = `stands for ${counted(manifest.summarized ?? 0, 'earlier message')}`;
    facts.push({ about: 'Summary', says, messages: [manifest.summary_id] });
  }
  if (left?.count) {
    facts.push({ about: 'Left out', says: `${counted(left.count, 'message')} did not fit`, messages: ends(left) });
  }
  if (manifest.not_considered) {
    facts.push({ about: 'Not looked at', says: counted(manifest.not_considered, 'still older message') });
  }
  if (manifest.steps_left_out) {
    facts.push({ about: 'Left out', says: `${counted(manifest.steps_left_out, 'earlier step')} of the answer itself` });
  }
  if (shortened.length > 0) {
    const says = `results of tools in ${counted(shortened.length, 'message')}`;
    facts.push({ about: 'Told in part', says, messages: shortened });
  }
  if (guidance.length > 0) facts.push({ about: 'Care guidance', says: counted(guidance.length, 'text') });
  if (manifest.memories?.length) facts.push({ about: 'Memories', says: counted(manifest.memories.length, 'fact') });
  if (files.length > 0) facts.push({ about: 'Files', says: files.join(', ') });
  if (manifest.images) facts.push({ about: 'Pictures', says: counted(manifest.images, 'picture') });
  if (tools?.names.length) facts.push({ about: 'Tools', says: tools.names.join(', ') });
  for (const [name, value] of Object.entries(manifest.settings ?? {})) {
    facts.push({ about: plain(name), says: typeof value === 'string' ? value : JSON.stringify(value) });
  }
  return facts;
}

/** Numbers that say exactly what it was, for who wants to compare. */
export function marksOf(manifest: Manifest): Fact[] {
  const { message_id: id, instructions, messages, tokens, tools, at } = manifest;
  const marks: Fact[] = [];
  if (id) marks.push({ about: 'Answer', says: id });
  if (messages?.from_message_id) marks.push({ about: 'First message', says: messages.from_message_id });
  if (messages?.to_message_id) marks.push({ about: 'Last message', says: messages.to_message_id });
  if (manifest.summary_id) marks.push({ about: 'Summary', says: manifest.summary_id });
  if (instructions) {
    marks.push({
      about: `Instructions, ${counted(instructions.characters, 'character')}, SHA-256`,
      says: instructions.sha256,
    });
  }
  if (tools?.sha256) marks.push({ about: 'Descriptions of tools, SHA-256', says: tools.sha256 });
  if (tokens?.['reported']) {
    marks.push({
      about: "Tokens as the model's server counted them, with its answer",
      says: tokens['reported'].toLocaleString(),
    });
  }
  if (at) marks.push({ about: 'When', says: new Date(at).toLocaleString() });
  return marks;
}
