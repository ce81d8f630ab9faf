// Signing in and out. A refusal to sign in is an answer and no failure: it says whether to type again, to wait, or to ask somebody.
import { routes } from '@batuta/api'
import { nowMs } from '../../platform/clock.ts'
import { forgetDrafts } from '../../platform/draft-store.ts'
import { writeLocal } from '../../platform/local-store.ts'
import { apiUrl } from '../api.ts'
import { SYNCED } from '../merge-kept.ts'

export type SignInOutcome =
  | { readonly type: 'ok' }
  | { readonly type: 'wrong' }
  | { readonly type: 'locked'; readonly untilMs: number | undefined }
  | { readonly type: 'failed'; readonly message: string | undefined }

export interface Credentials {
  readonly username: string
  readonly password: string
}

const LOCKED: readonly number[] = [423, 429]

export async function signIn(credentials: Credentials): Promise<SignInOutcome> {
  let reply: Response
  try {
    reply = await fetch(apiUrl(routes.auths.login, {}), {
      method: 'POST',
      headers: {
        accept: 'application/json',
        'content-type': 'application/json',
        'x-requested-with': 'XMLHttpRequest',
      },
      body: JSON.stringify(credentials),
    })
  } catch {
    return { type: 'failed', message: undefined } // Nobody answered: it is told as that.
  }
  if (reply.ok) return { type: 'ok' }
  if (reply.status === 401) return { type: 'wrong' }
  if (LOCKED.includes(reply.status)) return { type: 'locked', untilMs: untilOf(reply.headers.get('retry-after')) }
  return { type: 'failed', message: messageIn(await reply.text()) }
}

/** Ends the session, here and at the provider that it began at, and leaves nothing of it in this browser. */
export async function signOut(): Promise<void> {
  forgetPerson()
  // The way back would show what the browser has kept of the page.
  addEventListener('pageshow', ({ persisted }) => {
    if (persisted) location.reload()
  })
  location.assign('/logout')
}

/** Choices, drafts and what was looked at last belong to whoever was here, and not to who comes next. */
function forgetPerson(): void {
  forgetDrafts()
  for (const key of [...SYNCED, 'recent', 'sync.unsaved', 'sync.seen', 'rail.unseen']) writeLocal(key, undefined)
}

/** `from` of the page of sign-in: only paths of this page. */
export function returnPath(from: string | undefined): string {
  const isOurs =
    from !== undefined && /^\/(?![/\\])/.test(from) && !/^\/(login|setup|reset-password|invitation)\b/.test(from)
  return isOurs ? from : '/'
}

/** Seconds, or a date. */
function untilOf(header: string | null): number | undefined {
  if (header === null || header === '') return undefined
  const at = /^\d+$/.test(header) ? nowMs() + Number(header) * 1_000 : Date.parse(header)
  return Number.isNaN(at) ? undefined : at
}

function messageIn(text: string): string | undefined {
  try {
    const document: unknown = JSON.parse(text)
    if (typeof document !== 'object' || document === null || !('message' in document)) return undefined
    return typeof document.message === 'string' ? document.message : undefined
  } catch {
    return undefined // An error page of something in between says nothing to a person.
  }
}
