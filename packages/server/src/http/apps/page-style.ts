// The look of the pages without a shell: that of the web page, in one small sheet. Three colours may be the app's own.
import type { AppTheme } from '@batuta/core'

const LIGHT = { page: '#ffffff', text: '#14181f', accent: '#4338ca' }
const DARK = { page: '#0f1216', text: '#e7eaf0', accent: '#a5a0ff' }

export function pageStyle(theme: AppTheme): string {
  const light = coloursOf({ ...LIGHT, ...theme })
  // Whoever chooses the page or its text has chosen for the night as well.
  const hasOwn = theme.page !== undefined || theme.text !== undefined
  const dark = hasOwn
    ? ''
    : `@media (prefers-color-scheme:dark){:root{color-scheme:dark;${coloursOf({ ...DARK, ...theme })}}}`
  return `:root{${light}}${dark}${SHEET}`
}

function coloursOf({ page, text, accent }: Required<AppTheme>): string {
  return `--page:${page};--text:${text};--accent:${accent};--on-accent:${isLight(accent) ? '#14181f' : '#ffffff'};`
}

function isLight(colour: string): boolean {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map(
    at => (Number.parseInt(colour.slice(at, at + 2), 16) / 255) ** 2.2,
  )
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.18
}

const SHEET = `
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:16px/1.5 Inter,system-ui,-apple-system,"Segoe UI",sans-serif;overflow-wrap:anywhere}
main{max-width:44rem;margin:0 auto;padding:32px 16px 64px;display:flex;flex-direction:column;gap:16px}
h1,h2,h3,p,ul,ol,dl,pre,blockquote{margin:0}
h1{font-size:1.5rem;line-height:1.25;letter-spacing:-.01em}h2{font-size:1.2rem}h3{font-size:1rem}
.prose{display:flex;flex-direction:column;gap:12px}
a{color:inherit;text-underline-offset:2px}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
form{display:flex;flex-direction:column;gap:16px}
.field{display:flex;flex-direction:column;gap:4px;border:0;margin:0;padding:0;min-width:0}
label,legend{font-weight:500;padding:0}
.must::after{content:" *"}
.hint{font-size:.875rem;opacity:.85}
input,select,textarea{width:100%;min-height:44px;padding:8px 12px;border:1px solid color-mix(in srgb,var(--text) 55%,var(--page));border-radius:6px;background:var(--page);color:var(--text);font:inherit}
input[type=checkbox],input[type=radio]{width:20px;min-height:20px;height:20px;margin:0;padding:0;flex:none;accent-color:var(--accent)}
select[multiple]{min-height:112px}
textarea{min-height:96px;font-family:ui-monospace,monospace;font-size:.875rem}
.choice{display:flex;gap:12px;align-items:center;min-height:32px;font-weight:400}
[aria-invalid=true]{border-color:#c4262b;border-width:2px}
.problem{font-size:.875rem;font-weight:500}
.problem::before{content:"⚠ "}
.buttons{display:flex;flex-wrap:wrap;gap:12px;align-items:center}
button,.button{display:inline-flex;align-items:center;justify-content:center;min-height:44px;padding:8px 20px;border:1px solid var(--accent);border-radius:6px;background:var(--accent);color:var(--on-accent);font:inherit;font-weight:500;text-decoration:none;cursor:pointer}
.plain{background:none;color:var(--text);border-color:color-mix(in srgb,var(--text) 55%,var(--page))}
.success{background:#0b6b3a;border-color:#0b6b3a;color:#fff}.danger{background:#a3161a;border-color:#a3161a;color:#fff}.warning{background:#6f4d00;border-color:#6f4d00;color:#fff}
.large{font-size:1.125rem;min-height:52px}.small{font-size:.875rem}
.alert{padding:12px 16px;border:1px solid color-mix(in srgb,var(--text) 25%,var(--page));border-inline-start:4px solid var(--accent);border-radius:6px;display:flex;flex-direction:column;gap:8px}
.alert.success,.alert.danger,.alert.warning{background:none;color:inherit}
.alert.success{border-inline-start-color:#16874a}.alert.danger{border-inline-start-color:#d42a2e}.alert.warning{border-inline-start-color:#a87c00}
.facts{display:grid;grid-template-columns:minmax(6rem,auto) 1fr;gap:8px 16px}
.facts dt{opacity:.85}.facts dd{margin:0;font-weight:500;white-space:pre-wrap}
pre,.logs{padding:12px;border-radius:6px;background:color-mix(in srgb,var(--text) 7%,var(--page));font:.8125rem/1.5 ui-monospace,monospace;overflow:auto;max-height:24rem}
.logs{list-style:none;white-space:pre-wrap}
.scroll{overflow-x:auto}table{border-collapse:collapse}td,th{padding:6px 12px;border-bottom:1px solid color-mix(in srgb,var(--text) 20%,var(--page));text-align:start}
blockquote{padding-inline-start:12px;border-inline-start:3px solid color-mix(in srgb,var(--text) 30%,var(--page))}
img{max-width:100%}
.busy{display:flex;gap:12px;align-items:center}
.busy::before{content:"";width:18px;height:18px;border:3px solid color-mix(in srgb,var(--accent) 30%,var(--page));border-block-start-color:var(--accent);border-radius:50%;animation:turn 1s linear infinite}
@keyframes turn{to{transform:rotate(1turn)}}
@media (prefers-reduced-motion:reduce){.busy::before{animation:none}}
@media (max-width:480px){main{padding:20px 16px 48px}.buttons>*{flex:1}.facts{grid-template-columns:1fr;gap:2px}.facts dd{margin-block-end:8px}}
`
