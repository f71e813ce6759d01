// Reads server-sent events from pieces of text, wherever these were cut; it knows nothing of connections.

export interface Frame {
  id: string;
  event: string;
  data: string;
}

/** A parser of one stream: feed it text as it comes, get the frames that became whole. */
export function frameParser(): (piece: string) => Frame[] {
  let rest = '';
  let frame: Frame = { id: '', event: '', data: '' };
  let started = false;

  const endFrame = (): Frame[] => {
    const whole = frame;
    frame = { id: whole.id, event: '', data: '' };
    const told = started;
    started = false;
    return told ? [{ ...whole, event: whole.event || 'message' }] : [];
  };

  const takeField = (line: string): void => {
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'data') {
      frame.data = started ? `${frame.data}\n${value}` : value;
      started = true;
    } else if (name === 'event') frame.event = value;
    else if (name === 'id' && !value.includes('\0')) frame.id = value;
  };

  return piece => {
    rest += piece;
    // A carriage return at the very end may be half of a line break: it waits for the next piece.
    const whole = rest.endsWith('\r') ? rest.slice(0, -1) : rest;
    const lines = whole.split(/\r\n|\n|\r/);
    rest = (lines.pop() ?? '') + rest.slice(whole.length);
    const frames: Frame[] = [];
    for (const line of lines) {
      if (line === '') frames.push(...endFrame());
      else if (!line.startsWith(':')) takeField(line);
    }
    return frames;
  };
}
