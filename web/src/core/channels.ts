// How a help resource is reached: in few words, and as an address that a device can follow. Pure.

import type { HelpResource } from './messages';

export type Channel = HelpResource['channels'][number];

const LINKS: Record<Channel['kind'], (to: string) => string> = {
  phone: to => `tel:${to}`,
  sms: to => `sms:${to}`,
  whatsapp: to => `https://wa.me/${to.replace(/\D/g, '')}`,
  web: to => to,
  chat: to => to,
};

const SAYS: Record<Channel['kind'], (channel: Channel) => string> = {
  phone: ({ to, shown }) => `Call ${shown || to}`,
  sms: ({ to, shown, say }) => (say ? `Text ${say} to ${shown || to}` : `Text ${shown || to}`),
  whatsapp: ({ to, shown }) => `WhatsApp ${shown || to}`,
  web: ({ to }) => `Open ${new URL(to).hostname}`,
  chat: ({ to }) => `Chat at ${new URL(to).hostname}`,
};

export const linkOf = ({ kind, to }: Channel): string => LINKS[kind](to);
export const reachedBy = (channel: Channel): string => SAYS[channel.kind](channel);
