// What tokens stand for, encrypted row by row under the data key of the namespace. A token follows from the value, so that the same person has the same
// token in all executions of a namespace and joins still work; without the namespace's own key nobody can tell one from the other, or try values out.
import { createHash } from 'node:crypto'
import { BatutaError, personalToken, type PersonalKind } from '@batuta/core'
import type { RowKeys, RowPlace } from '../secrets/row-keys.ts'
import type { Store, TokenRow } from '../storage/store.ts'

export interface TokenWorld {
  readonly store: Store
  readonly rowKeys?: RowKeys
  nowMs(): number
}

export interface TokenOwner {
  readonly tenant: string
  readonly namespace: string
}

export interface KeptValue {
  readonly kind: PersonalKind
  readonly text: string
}

/** In one question. */
export const TOKENS_MAX = 10_000
const MARK_CHARS = 24

/** A token for each of the values, in their order; what is new is kept before this returns. */
export async function keepValues(
  world: TokenWorld,
  owner: TokenOwner,
  values: readonly KeptValue[],
): Promise<readonly string[]> {
  const rowKeys = keysOf(world)
  expectFew(values.length)
  const tokens: string[] = []
  const rows: TokenRow[] = []
  for (const { kind, text } of values) {
    const mark = await rowKeys.mark(owner, `${kind} ${text}`)
    const token = personalToken(kind, createHash('sha256').update(mark).digest('hex').slice(0, MARK_CHARS))
    tokens.push(token)
    if (await world.store.read.findToken({ ...owner, token })) continue
    const cipher = await rowKeys.seal(placeOf(owner, token), text)
    rows.push({ ...owner, token, kind, cipher, createdMs: world.nowMs() })
  }
  if (rows.length > 0) await world.store.perform('saveTokens', { rows })
  return tokens
}

/** Those that the namespace knows. */
export async function openValues(
  world: TokenWorld,
  owner: TokenOwner,
  tokens: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const rowKeys = keysOf(world)
  expectFew(tokens.length)
  const known = new Map<string, string>()
  for (const token of tokens) {
    const row = await world.store.read.findToken({ ...owner, token })
    if (row) known.set(token, await rowKeys.open(placeOf(owner, token), row.cipher))
  }
  return known
}

function placeOf({ tenant, namespace }: TokenOwner, token: string): RowPlace {
  return { table: 'tokens', tenant, namespace, id: token }
}

function keysOf({ rowKeys }: TokenWorld): RowKeys {
  if (rowKeys) return rowKeys
  throw new BatutaError(
    'config-invalid',
    'What tokens stand for is kept encrypted: configure a key (kestra.encryption.secret-key, base64 of 32 bytes) and restart the server.',
  )
}

function expectFew(count: number): void {
  if (count > TOKENS_MAX)
    throw new BatutaError('question-malformed', `${count} personal values at once are too many: at most ${TOKENS_MAX}.`)
}
