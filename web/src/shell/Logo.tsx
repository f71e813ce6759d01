// The palaver tree: a crown that is also a balloon of speech. The same drawing as `logo.svg`, in the page's colours.

export function Logo({ size = 32 }: { size?: number }) {
  return (
    <svg class="logo" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <g class="logo-trunk" fill="none" stroke-width="2.6" stroke-linecap="round">
        <path d="M16 29V19M16 23.5l-5-5.5M16 21.5l5.5-5" />
        <path d="M11.5 29h9" />
      </g>
      <path
        class="logo-crown"
        d="M8 18.5a5.5 5.5 0 0 1-.9-10.9A9.6 9.6 0 0 1 16 2.5a9.6 9.6 0 0 1 8.9 5.1 5.5 5.5 0 0 1-.9 10.9Z"
      />
      <g class="logo-words">
        <circle cx="10.8" cy="12" r="1.5" />
        <circle cx="16" cy="12" r="1.5" />
        <circle cx="21.2" cy="12" r="1.5" />
      </g>
    </svg>
  );
}
