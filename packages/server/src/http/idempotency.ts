// `Idempotency-Key`: a call that was answered is not done again, its answer is. The key is claimed in the store before the call begins, with the id
// that the execution is to have, and the answer is written beside it; so a server that dies in between leaves a claim that tells what to look for:
//
//   (none) ──claim──▶ claimed ──answer──▶ answered ──7 days──▶ (none)
//                        │ ▲
//          refused: gone ┘ └ whoever claimed it is dead: the execution is there → answered; it is not → claimed anew, with the same id
import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { isId, presentExecution, trust } from '@batuta/core'
import type { Route } from '@batuta/api'
import type { OperationRow } from '../storage/batch.ts'
import type { HttpDependencies } from './dependencies.ts'
import { lookAt } from './executions/look.ts'
import { viewExecution } from './executions/read-execution.ts'
import { BODY_BYTES_MAX, readBytes } from './read-body.ts'
import { replayRequest } from './replayed-request.ts'
import type { Reply } from './reply.ts'
import { RequestError, refusalOf } from './request-error.ts'

export const KEY_HEADER = 'idempotency-key'
/** Of an answer that was given before. */
const REPLAYED = { 'idempotent-replayed': 'true' }

const KEY_LENGTH_MAX = 255
const KEPT_MS = 7 * 24 * 60 * 60_000
/** On a database of many: a node that has not answered for so long is not going to. */
const CLAIM_MS = 60_000
const ANSWER_LENGTH_MAX = 2 ** 20
const CLAIMED = 0

interface Claim {
  readonly type: 'claim'
  readonly node: string
  readonly incarnation: number
  readonly untilMs: number
}

interface Answer {
  readonly type: 'answer'
  readonly contentType: string
  /** Missing: it was too long to be kept. */
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface Keyed {
  readonly key: string
  readonly route: Route
  readonly params: Readonly<Record<string, string>>
  readonly incoming: IncomingMessage
  /** Keys are each person's own. */
  readonly by?: string | undefined
}

/** What the call is done with: a request whose body can be read, and the id for what it creates. */
export type Doing = (incoming: IncomingMessage, plannedId: string | undefined) => Promise<Reply>

export interface Idempotency {
  answer(keyed: Keyed, doIt: Doing): Promise<Reply>
}

/** Reads have no need of it; the description of the API says the same. */
export function isChanging({ method, permission, isToldOnce }: Route): boolean {
  return isToldOnce !== true && method !== 'GET' && permission !== 'public' && !permission.endsWith(':READ')
}

export function newIdempotency(dependencies: HttpDependencies): Idempotency {
  /** Calls that this process is at. */
  const underWay = new Set<string>()
  return {
    answer: async (keyed, doIt) => {
      const id = operationKeyOf(keyed, dependencies)
      if (underWay.has(id)) throw stillUnderWay()
      underWay.add(id)
      try {
        return await answerOnce(id, keyed, { doIt, dependencies })
      } finally {
        underWay.delete(id)
      }
    },
  }
}

interface Work {
  readonly doIt: Doing
  readonly dependencies: HttpDependencies
}

async function answerOnce(id: string, keyed: Keyed, { doIt, dependencies }: Work): Promise<Reply> {
  const { incoming } = keyed
  const bytes = await readBytes(incoming, BODY_BYTES_MAX)
  const row = claimRow(id, keyed, { bodyHash: hashOf(incoming, bytes), dependencies })
  const { store, platform } = dependencies
  const known = await store.perform('claimOperation', { row, nowMs: platform.nowMs() })
  if (known && known.bodyHash !== row.bodyHash) throw otherCall(keyed.key)
  if (known && known.status !== CLAIMED) return await replay(known, dependencies)
  const claimed = known ? await takeOver(known, row, dependencies) : row
  const recovered = known ? await viewBorn(claimed.entity, dependencies) : undefined
  if (recovered) return await settle(claimed, recovered, dependencies)
  try {
    const reply = await doIt(replayRequest(incoming, bytes), claimed.entity === '' ? undefined : claimed.entity)
    return await settle(claimed, reply, dependencies)
  } catch (error) {
    // What nobody knows the outcome of stays claimed: the next call looks for it.
    if (refusalOf(error).refusal.status < 500) await release(claimed, dependencies)
    throw error
  }
}

function claimRow(
  id: string,
  { route, params }: Keyed,
  { bodyHash, dependencies }: { readonly bodyHash: string; readonly dependencies: HttpDependencies },
): OperationRow {
  const { platform, config, newId } = dependencies
  const nowMs = platform.nowMs()
  const { namespace, id: flowId } = params
  const isBirth = route.permission === 'key' || route.permission === 'EXECUTION:CREATE'
  const isOfFlow = isBirth && namespace !== undefined && flowId !== undefined
  return {
    key: id,
    entity: isOfFlow ? newId({ tenant: config.tenant, namespace, flowId }) : '',
    bodyHash,
    status: CLAIMED,
    body: JSON.stringify(claimOf(nowMs, dependencies)),
    expiresMs: nowMs + KEPT_MS,
  }
}

function claimOf(nowMs: number, { instance }: HttpDependencies): Claim {
  const { node, incarnation } = instance.announcement()
  return { type: 'claim', node, incarnation, untilMs: nowMs + CLAIM_MS }
}

/** Of one whose process is gone, or of this process, which is not at it any more. */
async function takeOver(known: OperationRow, row: OperationRow, dependencies: HttpDependencies): Promise<OperationRow> {
  const { store, platform, instance } = dependencies
  const claim = trust<Claim>(JSON.parse(known.body))
  const isOwn = claim.node === instance.announcement().node
  if (!isOwn && claim.untilMs > platform.nowMs()) throw stillUnderWay()
  const to = { status: CLAIMED, body: row.body }
  if (!(await store.perform('changeOperation', { key: known.key, body: known.body, to }))) throw stillUnderWay()
  return { ...known, ...to }
}

async function viewBorn(executionId: string, dependencies: HttpDependencies): Promise<Reply | undefined> {
  if (!isId(executionId) || !(await dependencies.store.read.findExecution(executionId))) return undefined
  const look = lookAt(executionId, dependencies.config.apiDialect ?? 'b', dependencies)
  const body = await viewExecution(executionId, dependencies, (state, plan) => presentExecution(state, plan, look))
  return body === undefined ? undefined : { type: 'body', status: 200, contentType: 'application/json', body }
}

async function settle(row: OperationRow, reply: Reply, { store, log }: HttpDependencies): Promise<Reply> {
  const { key, body } = row
  if (reply.type === 'stream') {
    await release(row, { store, log })
    return reply
  }
  const answer: Answer = {
    type: 'answer',
    contentType: reply.type === 'body' ? reply.contentType : '',
    ...(reply.type === 'body' && reply.body.length <= ANSWER_LENGTH_MAX
      ? { body: typeof reply.body === 'string' ? reply.body : Buffer.from(reply.body).toString('utf8') }
      : {}),
    ...(reply.headers === undefined ? {} : { headers: reply.headers }),
  }
  const to = { status: reply.status, body: JSON.stringify(answer) }
  try {
    await store.perform('changeOperation', { key, body, to })
  } catch (error) {
    // It is done all the same, and the claim tells the next one where to look.
    log.warn('the answer to a call with an Idempotency-Key could not be kept', error)
  }
  return reply
}

async function release(
  { key, body }: OperationRow,
  { store, log }: Pick<HttpDependencies, 'store' | 'log'>,
): Promise<void> {
  try {
    await store.perform('changeOperation', { key, body, to: null })
  } catch (error) {
    log.warn('an Idempotency-Key of a call that was refused could not be freed', error)
  }
}

async function replay({ status, body: text, entity }: OperationRow, dependencies: HttpDependencies): Promise<Reply> {
  const { contentType, body, headers } = trust<Answer>(JSON.parse(text))
  if (contentType === '') return { type: 'empty', status, headers: { ...headers, ...REPLAYED } }
  if (body !== undefined) return { type: 'body', status, contentType, body, headers: { ...headers, ...REPLAYED } }
  const now = await viewBorn(entity, dependencies)
  if (now) return { ...now, headers: REPLAYED }
  const message = 'A call with this Idempotency-Key was done; its answer was too long to be kept.'
  throw new RequestError(409, 'idempotency-answer-gone', message)
}

function operationKeyOf({ key, by }: Keyed, { config }: HttpDependencies): string {
  if (key === '' || key.length > KEY_LENGTH_MAX || !/^[\x21-\x7e]+$/.test(key)) {
    const message = `An Idempotency-Key has 1 to ${KEY_LENGTH_MAX} characters of ASCII and no spaces.`
    throw new RequestError(400, 'idempotency-key-invalid', message)
  }
  return by === undefined ? `http/${config.tenant}/${key}` : `http/${config.tenant}/${by}/${key}`
}

/** The boundary of a form is another one each time. */
function hashOf({ method, url, headers }: IncomingMessage, bytes: Buffer | undefined): string {
  const type = headers['content-type'] ?? ''
  const boundary = /;\s*boundary="?([^";]+)"?/i.exec(type)?.[1]
  const text = bytes?.toString('latin1') ?? ''
  const body = boundary === undefined ? text : text.replaceAll(boundary, 'boundary')
  return createHash('sha256')
    .update(`${method} ${url}\n${type.split(';', 1)[0]}\n`)
    .update(body, 'latin1')
    .digest('base64url')
}

function otherCall(key: string): RequestError {
  const message = `The Idempotency-Key "${key}" was used for another call: take a new one for each.`
  return new RequestError(409, 'idempotency-key-reused', message)
}

function stillUnderWay(): RequestError {
  const message = 'A call with this Idempotency-Key is under way: ask again in a moment for its answer.'
  return new RequestError(409, 'idempotency-key-in-use', message, { headers: { 'retry-after': '1' } })
}
