// What a route is given of a request: everything parsed and judged by its schema, nothing of the transport but the raw message for bodies
// that are streamed.
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ApiDialect } from '@batuta/core'
import type { BodySpec, ReplySpec, RouteParts, Routes } from '@batuta/api'
import type { Static, TObject } from 'typebox'
import type { Caller } from '../access/caller.ts'
import type { AuditNotes } from './audited.ts'
import type { Filter } from './read-filters.ts'
import type { Reply } from './reply.ts'

export interface Exchange<Params extends TObject, Query extends TObject, Body extends BodySpec> {
  readonly params: Static<Params>
  readonly query: Static<Query>
  readonly filters: readonly Filter[]
  readonly body: BodyOf<Body>
  readonly dialect: ApiDialect
  /** Who asks, and what they may do. */
  readonly caller: Caller
  /** Adds to what the audit log tells of this call: what it was about, what was before and after. What is secret is struck out. */
  note(said: AuditNotes): void
  readonly incoming: IncomingMessage
  /** What is created is to have this id: the call may be made again. */
  readonly plannedId: string | undefined
  /** Said by what is started already and only waits for its end: others may begin. */
  isBegun(): void
  /** Aborted when the client is gone; asked for by those who wait only, for it costs more than a short request. */
  signal(): AbortSignal
}

/** Forms and raw bodies are read by their routes: they stream. */
type BodyOf<Body extends BodySpec> = Body extends { type: 'json'; schema: infer Schema }
  ? Static<Schema & {}>
  : Body extends { type: 'yaml' | 'text' }
    ? string
    : undefined

export type Handler<R> =
  R extends RouteParts<infer Params, infer Query, infer Body, ReplySpec>
    ? (exchange: Exchange<Params, Query, Body>) => Promise<Reply> | Reply
    : never

/** One handler for each route of a resource: a route without one does not compile. */
export type Handlers<Resource extends keyof Routes> = {
  readonly [Name in keyof Routes[Resource]]: Handler<Routes[Resource][Name]>
}

export type AllHandlers = { readonly [Resource in keyof Routes]: Handlers<Resource> }

export function signalOf(outgoing: ServerResponse): AbortSignal {
  const controller = new AbortController()
  outgoing.once('close', () => controller.abort())
  return controller.signal
}
