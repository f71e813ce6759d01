// Makes seen what a text hides: characters that have no shape, or that turn the order of others around.

const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/gu;
const PLAIN = new Set(['\n', '\t']);

/** The text with every such character written as its number, so that nothing can be read otherwise than it is. */
export const visible = (text: string): string =>
  text.replace(HIDDEN, found =>
    PLAIN.has(found) ? found : `⟨U+${(found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`,
  );
