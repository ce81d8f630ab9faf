// What a tab and the worker that holds the stream say to one another.
import type { LiveFrame, LiveWish, StreamState } from './live-stream.ts'

export type FromTab =
  | { readonly type: 'hello'; readonly tenant: string }
  | { readonly type: 'add'; readonly wish: LiveWish }
  | { readonly type: 'remove'; readonly topic: string }
  | { readonly type: 'bye' }

export type ToTab =
  { readonly type: 'state'; readonly state: StreamState } | { readonly type: 'frame'; readonly frame: LiveFrame }
