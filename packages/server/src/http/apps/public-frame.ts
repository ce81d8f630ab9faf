// The frame of the pages that are shown without the shell: one document with everything in it, no request but those of its own forms, nothing that needs
// a script to work. Its policy names the one style and the one script by their hashes.
import { createHash } from 'node:crypto'
import { escapeHtml, type AppTheme } from '@batuta/core'
import type { Reply } from '../reply.ts'
import { PAGE_SCRIPT } from './page-script.ts'
import { pageStyle } from './page-style.ts'

export interface PublicPage {
  readonly title: string
  readonly theme?: AppTheme
  /** HTML of the inside. */
  readonly body: string
  /** It changes by itself: looked at again every second, or every few where there is no script. */
  readonly isLive?: boolean
  readonly status?: number
  /** It may stand in a frame of the web page, where an app is written. */
  readonly isPreview?: boolean
}

const REFRESH_S = 4

export function publicPage({
  title,
  theme = {},
  body,
  isLive = false,
  status = 200,
  isPreview = false,
}: PublicPage): Reply {
  const style = pageStyle(theme)
  const mark = createHash('sha256').update(body).digest('base64url').slice(0, 16)
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
<style>${style}</style>
${isLive ? `<noscript><meta http-equiv="refresh" content="${REFRESH_S}"></noscript>` : ''}
</head>
<body>
<main data-live="${isLive}" data-mark="${mark}">
${body}
</main>
<script>${PAGE_SCRIPT}</script>
</body>
</html>
`
  return {
    type: 'body',
    status,
    contentType: 'text/html; charset=utf-8',
    body: html,
    headers: {
      'cache-control': 'no-store',
      'referrer-policy': 'same-origin',
      'x-frame-options': isPreview ? 'SAMEORIGIN' : 'DENY',
      'content-security-policy': policyOf(style, isPreview),
    },
  }
}

function policyOf(style: string, isPreview: boolean): string {
  const hash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
  return [
    `default-src 'none'`,
    `style-src ${hash(style)}`,
    `script-src ${hash(PAGE_SCRIPT)}`,
    `connect-src 'self'`,
    `img-src 'self' data:`,
    `base-uri 'none'`,
    `form-action ${isPreview ? `'none'` : `'self'`}`,
    `frame-ancestors ${isPreview ? `'self'` : `'none'`}`,
  ].join('; ')
}

/** A page that only says something. */
export function messagePage(title: string, text: string, status = 200): Reply {
  return publicPage({ title, status, body: `<h1>${escapeHtml(title)}</h1>\n<p>${escapeHtml(text)}</p>` })
}
