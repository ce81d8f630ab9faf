// New keys for what is kept encrypted, while everybody reads and writes: a new data key for each namespace that has something, then row after row, each
// only over the text that was read. Whatever dies half-way leaves rows under both keys, all of them readable, and the next one finishes.
import type { Store } from '../storage/store.ts'
import type { RowKeys, RowPlace } from './row-keys.ts'
import { versionOf } from './row-keys.ts'

export interface RotationWorld {
  readonly store: Store
  readonly rowKeys: RowKeys
  readonly tenant: string
  /** The next one finishes. */
  readonly signal?: AbortSignal
}

export interface Rotation {
  /** Encrypted again. */
  readonly secrets: number
  readonly tokens: number
  /** Wrapped again. */
  readonly dataKeys: number
  /** The outer key that all is wrapped by now. */
  readonly kid: string
}

type Owner = Pick<RowPlace, 'tenant' | 'namespace'>

const PAGE = 500
/** Somebody else saves the same row meanwhile. */
const TRIES_MAX = 5
const BEGIN = { tenant: '', namespace: '', token: '' }

export async function rotateKeys(world: RotationWorld): Promise<Rotation> {
  await world.rowKeys.load()
  for (const owner of await listOwners(world)) await world.rowKeys.addFor(owner)
  return await finishRotation(world)
}

/** Encrypts again whatever is under an older key. Tokens are walked only where a rotation began. */
export async function finishRotation(world: RotationWorld): Promise<Rotation> {
  await world.rowKeys.load()
  const hasBegun = world.rowKeys.unfinished().length > 0
  const secrets = await resealSecrets(world)
  const tokens = hasBegun ? await resealTokens(world) : 0
  return { secrets, tokens, dataKeys: await world.rowKeys.settle(), kid: world.rowKeys.ring.active.kid }
}

async function listOwners({ store, tenant }: RotationWorld): Promise<readonly Owner[]> {
  const owners = new Map<string, Owner>()
  const note = (owner: Owner): void => void owners.set(JSON.stringify([owner.tenant, owner.namespace]), owner)
  for (const row of await store.read.listSecrets(tenant)) note(row)
  for (const row of await store.read.listDataKeys()) if (row.purpose !== 'retired') note(row)
  return [...owners.values()].map(owner => ({ tenant: owner.tenant, namespace: owner.namespace }))
}

async function resealSecrets({ store, rowKeys, tenant, signal }: RotationWorld): Promise<number> {
  let count = 0
  for (const { namespace, key } of await store.read.listSecrets(tenant)) {
    signal?.throwIfAborted()
    const place: RowPlace = { table: 'secrets', tenant, namespace, id: key }
    const isDone = await reseal(rowKeys, place, {
      read: async () => (await store.read.findSecret(tenant, namespace, key))?.cipher,
      write: async (cipher, expected) =>
        await store.perform('resealSecret', { tenant, namespace, key, cipher, expected }),
    })
    if (isDone) count += 1
  }
  return count
}

async function resealTokens({ store, rowKeys, signal }: RotationWorld): Promise<number> {
  let count = 0
  for (let after = BEGIN; ;) {
    const rows = await store.read.listTokens(after, PAGE)
    for (const { tenant, namespace, token } of rows) {
      signal?.throwIfAborted()
      const key = { tenant, namespace, token }
      const isDone = await reseal(
        rowKeys,
        { table: 'tokens', tenant, namespace, id: token },
        {
          read: async () => (await store.read.findToken(key))?.cipher,
          write: async (cipher, expected) => await store.perform('resealToken', { ...key, cipher, expected }),
        },
      )
      if (isDone) count += 1
      after = key
    }
    if (rows.length < PAGE) return count
  }
}

interface Row {
  read(): Promise<string | undefined>
  write(cipher: string, expected: string): Promise<boolean>
}

/** Whether there was something to do. */
async function reseal(rowKeys: RowKeys, place: RowPlace, row: Row): Promise<boolean> {
  for (let tries = 0; tries < TRIES_MAX; tries++) {
    const before = await row.read()
    if (before === undefined || !rowKeys.isStale(place, before)) return false
    const plain = await rowKeys.open(place, before)
    if (await row.write(await rowKeys.seal(place, plain, versionOf(before)), before)) return true
  }
  return false
}
