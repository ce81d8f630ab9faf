// Streams stay open for hours, and what their readers may do changes meanwhile. One whose reader may no longer do what it was opened with is cut: the
// browser connects again and is asked who it is. Looked at whenever something changed, and now and then for what ends by itself.
import type { ServerResponse } from 'node:http'
import type { Access } from '../access/access.ts'
import type { Caller } from '../access/caller.ts'
import type { Platform } from '../platform/platform.ts'

export interface OpenStreams {
  add(caller: Caller, outgoing: ServerResponse): void
}

export interface StreamsPlace {
  readonly access: Access
  readonly platform: Platform
  /** Two that may do the same. */
  signatureOf(grants: Caller['grants']): string
}

interface Stream {
  readonly caller: Caller
  readonly signature: string
}

const LOOK_EVERY_MS = 30_000

export function newOpenStreams({ access, platform, signatureOf }: StreamsPlace): OpenStreams {
  const streams = new Map<ServerResponse, Stream>()
  let isLooking = false
  const isValid = ({ caller, signature }: Stream): boolean => {
    if (caller.kind === 'everybody') return access.book.isOpen
    const now = access.stillThere(caller)
    return now !== undefined && signatureOf(now.grants) === signature
  }
  const look = (): void => {
    for (const [outgoing, stream] of streams) if (!isValid(stream)) outgoing.destroy()
  }
  const lookLater = (): void => {
    if (isLooking || streams.size === 0) return
    isLooking = true
    platform.at(platform.nowMs() + LOOK_EVERY_MS, () => {
      isLooking = false
      look()
      lookLater()
    })
  }
  access.book.onChange(look)
  return {
    add: (caller, outgoing) => {
      streams.set(outgoing, { caller, signature: signatureOf(caller.grants) })
      outgoing.once('close', () => void streams.delete(outgoing))
      lookLater()
    },
  }
}
