// The palaver tree: a crown that is also a balloon of speech. The same drawing as `logo.svg`, in the page's colours.

export function Logo({ size = 32 }: { size?: number }) {
  return (
    <svg class="logo" width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <path
        class="logo-trunk"
        d="M12.6 29.6c1.6-1.2 2.2-2.9 2.2-5.1v-1l-4.5-5.5h3l2.8 3.5 2.6-3.5h3l-4.4 5.7v.8c0 2.2.6 3.9 2.2 5.1Z"
      />
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
