// The page's small drawings, all on a grid of 24; they are decoration, so whoever uses one says what it means.

const PATHS = {
  plus: 'M12 5v14M5 12h14',
  key: 'M15 4a5 5 0 1 0 0 10 5 5 0 0 0 0-10ZM11.5 12.5L4 20M7 17l3 3',
  search: 'M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14ZM20 20l-4-4',
  send: 'M12 19V5M6 11l6-6 6 6',
  stop: 'M8 8h8v8H8Z',
  more: 'M6 12h.01M12 12h.01M18 12h.01',
  pin: 'M9 4h6l-1 6 3 3v2H7v-2l3-3-1-6ZM12 15v5',
  pen: 'M5 19l1-4L16 5l3 3L9 18l-4 1Z',
  box: 'M4 8h16v11H4ZM3 4h18v4H3ZM10 12h4',
  bin: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10 11v5M14 11v5',
  copy: 'M9 9h11v11H9ZM15 9V4H4v11h5',
  again: 'M19 12a7 7 0 1 1-2.1-5M19 4v4h-4',
  left: 'M14 6l-6 6 6 6',
  right: 'M10 6l6 6-6 6',
  down: 'M12 5v14M6 13l6 6 6-6',
  menu: 'M4 7h16M4 12h16M4 17h10',
  close: 'M6 6l12 12M18 6L6 18',
  sun: 'M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.4 1.4M17.6 17.6L19 19M19 5l-1.4 1.4M6.4 17.6L5 19',
  moon: 'M20 14.5A8 8 0 0 1 9.5 4 8 8 0 1 0 20 14.5Z',
  auto: 'M4 5h16v11H4ZM9 20h6M12 16v4',
  leave: 'M14 4H5v16h9M10 12h10M16 8l4 4-4 4',
  back: 'M9 7l-5 5 5 5M4 12h10a6 6 0 0 1 6 6v1',
  fork: 'M7 4v16M7 14c8 0 10-3 10-9M14 8l3-3 3 3',
  check: 'M5 13l4 4L19 7',
  clip: 'M19 11l-7.5 7.5a4.5 4.5 0 0 1-6.4-6.4L13 4.3a3 3 0 0 1 4.2 4.2L9.5 16.3a1.5 1.5 0 0 1-2.1-2.1l6.9-6.9',
  fold: 'M4 6h16M4 18h16M8 10l4 3 4-3',
  gauge: 'M4 18a8 8 0 1 1 16 0M12 18l4-6',
  out: 'M12 4v11M7 9l5-5 5 5M4 17v3h16v-3',
  in: 'M12 15V4M7 10l5 5 5-5M4 17v3h16v-3',
  book: 'M5 4h11a3 3 0 0 1 3 3v13H8a3 3 0 0 1-3-3ZM5 17a3 3 0 0 1 3-3h11',
  file: 'M6 3h8l4 4v14H6ZM14 3v4h4',
  folder: 'M3 6h6l2 2h10v11H3Z',
  people:
    'M9 4a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7ZM3 20v-1a6 6 0 0 1 12 0v1M16 4.5a3.5 3.5 0 0 1 0 6.5M18 14.5a6 6 0 0 1 3 4.5v1',
  bell: 'M6 17V11a6 6 0 0 1 12 0v6l2 2H4ZM10 21h4',
  heart: 'M12 20l-7.5-7.5a4.8 4.8 0 0 1 7.5-6 4.8 4.8 0 0 1 7.5 6Z',
  alert: 'M12 4l9 16H3L12 4ZM12 10v4M12 17h.01',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 18 }: { name: IconName; size?: number }) {
  return (
    <svg
      class="icon"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width={name === 'more' ? 2.75 : 1.75}
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
