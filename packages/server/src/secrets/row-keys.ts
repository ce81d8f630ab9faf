// Encryption of single rows: each namespace has a data key of its own, kept wrapped beside the rows, and each text opens only in the row and the version
// that it was written for. A text names its data key, so that a rotation may be under way, or may have died half-way, while everybody reads and writes.
import { BatutaError } from '@batuta/core'
import { markOf, newDataKey, openBytes, sealBytes, type Keyring } from '../platform/keyring.ts'
import type { DataKeyRow, Store } from '../storage/store.ts'

export interface RowPlace {
  readonly table: 'secrets' | 'tokens'
  readonly tenant: string
  readonly namespace: string
  /** Of the row in its namespace. */
  readonly id: string
}

export interface RowKeysWorld {
  readonly store: Store
  readonly ring: Keyring
  nowMs(): number
}

type Owner = Pick<RowPlace, 'tenant' | 'namespace'>

interface DataKey {
  readonly row: DataKeyRow
  readonly key: Uint8Array
}

const PREFIX = 'bk1'
/** Texts from before data keys are those of the outer key itself. */
const TEXT = /^bk1\.([\w-]+)\.(\d+)\.([\w-]+)$/

export class RowKeys {
  readonly #world: RowKeysWorld
  readonly #keys = new Map<string, DataKey>()

  constructor(world: RowKeysWorld) {
    this.#world = world
  }

  get ring(): Keyring {
    return this.#world.ring
  }

  async seal(place: RowPlace, plain: string, version = 1): Promise<string> {
    const { row, key } = await this.#current(place, 'rows')
    const sealed = sealBytes(Buffer.from(plain, 'utf8'), { key, about: aboutRow(place, version) })
    return [PREFIX, row.id, version, sealed].join('.')
  }

  /** @throws when the text was changed, stood in another row, or its key is not here. */
  async open(place: RowPlace, text: string): Promise<string> {
    const [, id, version, sealed] = TEXT.exec(text) ?? []
    if (id === undefined || sealed === undefined) return this.#world.ring.decrypt(text)
    const { key } = await this.#get(id)
    return Buffer.from(openBytes(sealed, { key, about: aboutRow(place, Number(version)) })).toString('utf8')
  }

  /** Whether it would be encrypted with another key today. */
  isStale({ tenant, namespace }: Owner, text: string): boolean {
    const [, id] = TEXT.exec(text) ?? []
    return id === undefined || id !== this.#newest({ tenant, namespace }, 'rows')?.row.id
  }

  /** A mark for a text: the same as long as the namespace lives. */
  async mark(owner: Owner, text: string): Promise<string> {
    return markOf((await this.#current(owner, 'tokens')).key, text)
  }

  /**
   * Reads all data keys.
   * @throws {BatutaError} `config-invalid` when one of them was wrapped by a key that is not configured: nothing is done before it is.
   */
  async load(): Promise<void> {
    for (const row of await this.#world.store.read.listDataKeys()) this.#take(row)
  }

  /** Those whose rows may be encrypted with an older data key. */
  unfinished(): readonly Owner[] {
    const seen = new Set<string>()
    const found: Owner[] = []
    for (const { row } of this.#ofPurpose('rows')) {
      const name = JSON.stringify([row.tenant, row.namespace])
      if (seen.has(name)) found.push(row)
      seen.add(name)
    }
    return found
  }

  async addFor({ tenant, namespace }: Owner): Promise<void> {
    await this.#add({ tenant, namespace }, 'rows')
  }

  /** Data keys that are no longer used for what is new are said to be so, and all are wrapped by the first outer key. Tells how many were wrapped again. */
  async settle(): Promise<number> {
    await this.load()
    let count = 0
    for (const { row, key } of this.#keys.values()) {
      const isRetired = row.purpose === 'rows' && this.#newest(row, 'rows')?.row.id !== row.id
      const { active } = this.#world.ring
      if (!isRetired && row.kid === active.kid) continue
      const purpose = isRetired ? 'retired' : row.purpose
      const wrapped = active.wrap(key, aboutKey(row))
      const change = { id: row.id, purpose, kid: active.kid, wrapped }
      if (await this.#world.store.perform('rewrapDataKey', { ...change, expected: row.wrapped })) count += 1
      this.#keys.set(row.id, { key, row: { ...row, ...change } })
    }
    return count
  }

  async #current(owner: Owner, purpose: 'rows' | 'tokens'): Promise<DataKey> {
    const known = this.#newest(owner, purpose)
    if (known) return known
    await this.load()
    return this.#newest(owner, purpose) ?? (await this.#add(owner, purpose))
  }

  async #add({ tenant, namespace }: Owner, purpose: 'rows' | 'tokens'): Promise<DataKey> {
    const { id, key } = newDataKey()
    const { active } = this.#world.ring
    const owner = { id, tenant, namespace }
    const row = { ...owner, purpose, kid: active.kid, wrapped: active.wrap(key, aboutKey(owner)) }
    await this.#world.store.perform('addDataKey', { ...row, createdMs: this.#world.nowMs() })
    // Two nodes may add the first one at the same moment: of those that make marks, all must take the same.
    await this.load()
    const current = this.#newest({ tenant, namespace }, purpose)
    if (!current) throw new BatutaError('config-invalid', `The data key of the namespace "${namespace}" was not kept.`)
    return current
  }

  async #get(id: string): Promise<DataKey> {
    if (!this.#keys.has(id)) await this.load()
    const found = this.#keys.get(id)
    if (found) return found
    throw new BatutaError('secret-not-found', `There is no data key "${id}": it was not restored with its rows.`)
  }

  #ofPurpose(purpose: DataKeyRow['purpose']): readonly DataKey[] {
    return [...this.#keys.values()].filter(({ row }) => row.purpose === purpose)
  }

  /** Of marks the oldest one counts. */
  #newest({ tenant, namespace }: Owner, purpose: 'rows' | 'tokens'): DataKey | undefined {
    const own = this.#ofPurpose(purpose).filter(({ row }) => row.tenant === tenant && row.namespace === namespace)
    const sorted = [...own].sort((a, b) => a.row.createdMs - b.row.createdMs || (a.row.id < b.row.id ? -1 : 1))
    return purpose === 'tokens' ? sorted[0] : sorted.at(-1)
  }

  #take(row: DataKeyRow): void {
    const known = this.#keys.get(row.id)
    if (known) {
      this.#keys.set(row.id, { key: known.key, row })
      return
    }
    const outer = this.#world.ring.find(row.kid)
    const about = `The data key of the namespace "${row.namespace}" is encrypted with the key ${row.kid}`
    if (!outer)
      throw new BatutaError(
        'config-invalid',
        `${about}, and only ${this.#world.ring.kids.join(', ')} are configured: add that key to encryption.old-keys (BATUTA_ENCRYPTION_OLD_KEYS), or configure it as kestra.encryption.secret-key again.`,
      )
    try {
      this.#keys.set(row.id, { row, key: outer.unwrap(row.wrapped, aboutKey(row)) })
    } catch (cause) {
      throw new BatutaError('config-invalid', `${about} but does not open: its row was changed.`, { cause })
    }
  }
}

export async function openRowKeys(world: RowKeysWorld): Promise<RowKeys> {
  const keys = new RowKeys(world)
  await keys.load()
  return keys
}

/** The version that the next text of a row has. */
export function nextVersion(text: string | undefined): number {
  const [, , version] = TEXT.exec(text ?? '') ?? []
  return version === undefined ? 1 : Number(version) + 1
}

export function versionOf(text: string): number {
  return Math.max(1, nextVersion(text) - 1)
}

function aboutRow({ table, tenant, namespace, id }: RowPlace, version: number): string {
  return JSON.stringify([table, table === 'secrets' ? 'cipher' : 'value', tenant, namespace, id, version])
}

function aboutKey({ id, tenant, namespace }: Pick<DataKeyRow, 'id' | 'tenant' | 'namespace'>): string {
  return JSON.stringify(['data_keys', 'wrapped', tenant, namespace, id])
}
