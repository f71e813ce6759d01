// Markdown to HTML that is safe to show; it neither loads foreign images nor lets raw HTML through.

import DOMPurify from 'dompurify';
import { Marked, type Tokens } from 'marked';

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escape = (text: string) => text.replace(/[&<>"']/g, found => ENTITIES[found] ?? found);

const LINE_BREAK = /^<br\s*\/?>$/i;
const DRAWN_IMAGE = /^data:image\/(png|jpeg|gif|webp|avif);/i;
// Files of a conversation, of a project, or that were brought: nothing else of ours is a picture.
const FILE = /^\/api\/v1\/((sessions|projects)\/[\w-]+\/)?files\/./;
const SAFE_LINK = /^(https?:|mailto:|tel:|#|\/(?![/\\]))/i;

const TAGS = (
  'p br hr h1 h2 h3 h4 h5 h6 ul ol li blockquote pre code em strong del a img table thead tbody tr th td ' +
  'figure figcaption button div span'
).split(' ');
const ATTRIBUTES = 'href title src alt start align class type tabindex'.split(' ');

function codeBlock({ text, lang }: Tokens.Code): string {
  const name = escape((lang ?? '').trim().split(/\s+/)[0] ?? '');
  return (
    `<figure class="code"><figcaption>${name || 'text'}<button type="button" class="copy">Copy</button></figcaption>` +
    `<pre tabindex="0"><code>${escape(text)}\n</code></pre></figure>\n`
  );
}

const marked = new Marked({
  gfm: true,
  renderer: {
    code: codeBlock,
    // A box nobody can tick is a mark, not a field.
    checkbox: ({ checked }) => `<span class="box">${checked ? '☑' : '☐'}</span> `,
    // What somebody wrote as HTML is shown as they wrote it: dropped tags would be lost words.
    html: ({ text }) => (LINE_BREAK.test(text.trim()) ? '<br>' : escape(text)),
    table({ header, rows, align }) {
      const cell = (tag: string) => (one: Tokens.TableCell, column: number) =>
        `<${tag}${align[column] ? ` align="${align[column]}"` : ''}>${this.parser.parseInline(one.tokens)}</${tag}>`;
      const body = rows.map(row => `<tr>${row.map(cell('td')).join('')}</tr>`).join('');
      return (
        `<div class="table" tabindex="0"><table><thead><tr>${header.map(cell('th')).join('')}</tr></thead>` +
        `<tbody>${body}</tbody></table></div>\n`
      );
    },
  },
});

/** The top-level blocks of a text as unsanitised HTML, one string each: while a text grows only the last ones change. */
export function blocksOf(text: string): string[] {
  const tokens = marked.lexer(text);
  const blocks: string[] = [];
  for (const token of tokens) {
    const html = marked.parser([token]);
    if (html.trim()) blocks.push(html);
  }
  return blocks;
}

/** Whether it stands in the address itself, or is a file of ours, whatever dots its path has. */
function mayBeShown(source: string): boolean {
  if (DRAWN_IMAGE.test(source)) return true;
  return /^\/(?![/\\])/.test(source) && FILE.test(new URL(source, 'https://here.invalid').pathname);
}

function linkInsteadOf(image: HTMLImageElement): void {
  const source = image.getAttribute('src') ?? '';
  const says = image.alt ? `Image: ${image.alt}` : `Image: ${source}`;
  if (image.closest('a')) return image.replaceWith(says);
  const link = image.ownerDocument.createElement('a');
  link.textContent = says;
  link.className = 'foreign-image';
  link.setAttribute('href', source);
  protect(link);
  image.replaceWith(link);
}

/** The host of an address elsewhere; of `https://good.example@bad.example` that is the bad one. */
function hostOf(href: string): string | null {
  try {
    return /^https?:/i.test(href) ? new URL(href).host : null;
  } catch {
    return null;
  }
}

const saysItself = (text: string, host: string) => {
  const words = text
    .trim()
    .toLowerCase()
    .replace(/^https?:\/\//, '');
  return words === host || ['/', '?', '#'].some(end => words.startsWith(host + end));
};

function protect(link: HTMLAnchorElement): void {
  const href = link.getAttribute('href');
  if (!href || !SAFE_LINK.test(href)) {
    link.removeAttribute('href');
    return;
  }
  if (href.startsWith('#')) return;
  link.target = '_blank';
  link.rel = 'noopener noreferrer nofollow';
  const host = hostOf(href);
  // A style shows it behind the words, so that what is copied stays what was said.
  if (host && !saysItself(link.textContent ?? '', host)) link.setAttribute('data-host', host);
}

/** The HTML with nothing left in it that could act, lead elsewhere unseen, or fetch by itself. */
export function sanitise(html: string): string {
  // What comes back belongs to a document that is inert: looking at its images does not load them.
  const body = DOMPurify.sanitize(html, {
    ALLOWED_TAGS: TAGS,
    ALLOWED_ATTR: ATTRIBUTES,
    ALLOW_DATA_ATTR: false,
    ALLOW_ARIA_ATTR: false,
    RETURN_DOM: true,
  }) as HTMLElement;
  for (const image of body.querySelectorAll('img')) {
    if (!mayBeShown(image.getAttribute('src') ?? '')) linkInsteadOf(image);
  }
  for (const link of body.querySelectorAll('a')) protect(link);
  return body.innerHTML;
}

interface Policy {
  /** Of a type that browsers let into the page; where they ask for none it is a text. */
  createHTML: (html: string) => string;
}

const { trustedTypes } = globalThis as { trustedTypes?: { createPolicy: (name: string, rules: Policy) => Policy } };

/** The one way in which markup becomes part of the page: the policy of the page refuses every other. */
export const harmless: Policy = trustedTypes?.createPolicy('palaver', { createHTML: sanitise }) ?? {
  createHTML: sanitise,
};
