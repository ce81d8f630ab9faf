import type { ReactNode } from 'react'

export function Mark(): ReactNode {
  return (
    <svg width="28" height="28" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" fill="#4338ca" />
      <path d="M7 24 23 8" stroke="#fff" strokeWidth="2.6" strokeLinecap="round" />
      <circle cx="9" cy="22" r="3.4" fill="#fff" />
      <path d="M16 24c5 0 8-3 8.6-7" stroke="#a5a0ff" strokeWidth="2.2" strokeLinecap="round" fill="none" />
    </svg>
  )
}
