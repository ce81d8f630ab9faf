// Who there is and who may do what, in the memory of each node. The store is the truth: a change is in it before it is seen here, and what other nodes
// changed is read once a second, or at once when they tell. Reads never wait.
import { MANAGED_ROLES, grantsOf, trust, type Grants, type TokenScope } from '@batuta/core'
import type { Platform } from '../platform/platform.ts'
import type { AccessKey, AccessKind, AccessPage, AccessRow, AccessWrite, Store } from '../storage/store.ts'
import { AccessError } from './access-error.ts'
import { isNameUnique, nameOf, type AccessRecords, type GroupRecord, type UserRecord } from './records.ts'

export type AccessPut = {
  readonly [Kind in AccessKind]: { readonly kind: Kind; readonly record: AccessRecords[Kind] }
}[AccessKind]

export interface AccessChanges {
  readonly put?: readonly AccessPut[]
  readonly remove?: readonly AccessKey[]
  /** Refused when one of them was changed since it was read: `versionOf` then tells another number. */
  readonly expect?: readonly (AccessKey & { readonly version: number })[]
}

export interface AccessBook {
  /** Nobody has to log in: only this machine reaches the server, and there is no user at all. */
  readonly isOpen: boolean
  /** There is no user, and others than this machine reach the server. */
  readonly needsSetUp: boolean
  user(id: string): UserRecord | undefined
  /** Whatever the case of the name. */
  userNamed(username: string): UserRecord | undefined
  userOf(provider: string, subject: string): UserRecord | undefined
  list<Kind extends AccessKind>(kind: Kind): readonly AccessRecords[Kind][]
  get<Kind extends AccessKind>(kind: Kind, id: string): AccessRecords[Kind] | undefined
  /** 0: there is none. */
  versionOf(key: AccessKey): number
  /** Nothing for who is unknown or disabled. */
  grantsOf(userId: string, scopes?: readonly TokenScope[]): Grants
  /**
   * Durable, and seen here, when it resolves.
   * @throws {AccessError} `conflict` when a name is taken, or something is not as expected.
   */
  change(changes: AccessChanges): Promise<void>
  /** Called after each change, of this node or another. */
  onChange(listener: (keys: readonly AccessKey[]) => void): () => void
  stop(): void
}

export interface BookPlace {
  readonly store: Store
  readonly tenant: string
  readonly platform: Platform
  /** Others than this machine reach the server. */
  readonly isReachable: boolean
  /** Of the configuration: may do everything, is in no store, and is found by its name before any other. */
  readonly configured: UserRecord | undefined
  onNotice(message: string, error?: unknown): void
}

/** Where many nodes share the store. */
const LOOK_EVERY_MS = 1_000
const GRANTS_KEPT_MAX = 10_000

/** What others may do follows from these. */
const OF_RIGHTS: ReadonlySet<AccessKind> = new Set<AccessKind>(['user', 'group', 'role', 'binding'])

interface Entry {
  readonly version: number
  readonly name: string
  readonly record: unknown
}

type Tables = Readonly<Record<AccessKind, Map<string, Entry>>>

export async function openAccessBook(place: BookPlace): Promise<AccessBook> {
  const book = new StoredBook(place)
  await book.start()
  return book
}

class StoredBook implements AccessBook {
  readonly #place: BookPlace
  readonly #tables: Tables = newTables()
  readonly #users = new Map<string, string>()
  readonly #identities = new Map<string, string>()
  readonly #groupsOf = new Map<string, Set<string>>()
  readonly #grants = new Map<string, Grants>()
  readonly #listeners = new Set<(keys: readonly AccessKey[]) => void>()
  #version = 0
  #looking: Promise<void> | undefined
  #callOff: (() => void) | undefined
  #unlisten: (() => void) | undefined
  #isStopped = false

  constructor(place: BookPlace) {
    this.#place = place
  }

  async start(): Promise<void> {
    const { store } = this.#place
    await this.#look()
    if (!store.cluster) return
    this.#unlisten = store.cluster.onHint(hint => {
      if (hint === 'access') void this.#lookQuietly()
    })
    this.#lookLater()
  }

  get isOpen(): boolean {
    return !this.#place.isReachable && !this.#hasUser
  }

  get needsSetUp(): boolean {
    return this.#place.isReachable && !this.#hasUser
  }

  get #hasUser(): boolean {
    return this.#place.configured !== undefined || this.#tables.user.size > 0
  }

  user(id: string): UserRecord | undefined {
    const { configured } = this.#place
    return configured?.id === id ? configured : this.get('user', id)
  }

  userNamed(username: string): UserRecord | undefined {
    const { configured } = this.#place
    if (configured !== undefined && configured.username.toLowerCase() === username.toLowerCase()) return configured
    const id = this.#users.get(username.toLowerCase())
    return id === undefined ? undefined : this.get('user', id)
  }

  userOf(provider: string, subject: string): UserRecord | undefined {
    const id = this.#identities.get(identityKey({ provider, subject }))
    return id === undefined ? undefined : this.get('user', id)
  }

  list<Kind extends AccessKind>(kind: Kind): readonly AccessRecords[Kind][] {
    return [...this.#tables[kind].values()].map(({ record }) => trust<AccessRecords[Kind]>(record))
  }

  get<Kind extends AccessKind>(kind: Kind, id: string): AccessRecords[Kind] | undefined {
    const entry = this.#tables[kind].get(id)
    return entry && trust<AccessRecords[Kind]>(entry.record)
  }

  versionOf({ kind, id }: AccessKey): number {
    return this.#tables[kind].get(id)?.version ?? 0
  }

  grantsOf(userId: string, scopes?: readonly TokenScope[]): Grants {
    // The same object until something changes: others keep what follows from it.
    const key = scopes === undefined ? userId : JSON.stringify([userId, scopes])
    const known = this.#grants.get(key)
    if (known) return known
    if (this.#grants.size >= GRANTS_KEPT_MAX) this.#grants.clear()
    const grants = this.#grantsOf(userId, scopes)
    this.#grants.set(key, grants)
    return grants
  }

  #grantsOf(userId: string, scopes: readonly TokenScope[] | undefined): Grants {
    const user = this.user(userId) ?? { id: userId, isSuperAdmin: false, isDisabled: true }
    const groups = [...(this.#groupsOf.get(userId) ?? [])].flatMap(id => this.get('group', id) ?? [])
    return grantsOf({ user, groups, roles: this.list('role'), bindings: this.list('binding'), scopes })
  }

  async change({ put = [], remove = [], expect = [] }: AccessChanges): Promise<void> {
    const { store, tenant, platform } = this.#place
    const writes = put.map(({ kind, record }): AccessWrite => ({
      kind,
      id: record.id,
      name: nameOf(record),
      body: JSON.stringify(record),
      isNameUnique: isNameUnique(kind),
    }))
    const change = { tenant, nowMs: platform.nowMs(), put: writes, remove, expect }
    if ((await store.perform('changeAccess', change)) === null) {
      await this.#lookAgain()
      throw new AccessError('conflict')
    }
    await this.#lookAgain()
  }

  onChange(listener: (keys: readonly AccessKey[]) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  stop(): void {
    this.#isStopped = true
    this.#callOff?.()
    this.#unlisten?.()
  }

  #lookLater(): void {
    if (this.#isStopped) return
    const { platform } = this.#place
    this.#callOff = platform.at(platform.nowMs() + LOOK_EVERY_MS, () => {
      void this.#lookQuietly().finally(() => this.#lookLater())
    })
  }

  /** The database may be away; the next look makes up for it. */
  async #lookQuietly(): Promise<void> {
    const { onNotice } = this.#place
    await this.#lookAgain().catch(error =>
      onNotice('who may do what could not be read again; it is tried again', error),
    )
  }

  /** One look at a time, and one that begins after now. */
  async #lookAgain(): Promise<void> {
    const before = this.#looking
    const mine = (before ?? Promise.resolve()).catch(() => undefined).then(() => this.#look())
    this.#looking = mine
    try {
      await mine
    } finally {
      if (this.#looking === mine) this.#looking = undefined
    }
  }

  async #look(): Promise<void> {
    const { store, tenant } = this.#place
    let page: AccessPage = await store.read.listAccess(tenant, this.#version)
    if (page.floor > this.#version && this.#version > 0) {
      page = await store.read.listAccess(tenant, 0)
      for (const table of Object.values(this.#tables)) table.clear()
    }
    for (const row of page.rows) this.#take(row)
    this.#addManagedRoles()
    const seen = Math.max(this.#version, page.version, ...page.rows.map(row => row.version))
    const isNew = seen !== this.#version || this.#version === 0
    this.#version = seen
    if (!isNew) return
    // Who was seen when changes nobody's rights: what follows from them is kept.
    if (page.rows.some(({ kind }) => OF_RIGHTS.has(kind)) || this.#users.size === 0) this.#index()
    for (const listener of this.#listeners) listener(page.rows)
  }

  #take({ kind, id, name, body, version, isRemoved }: AccessRow): void {
    const table = this.#tables[kind]
    // A kind of a newer program.
    if (table === undefined) return
    if (isRemoved) table.delete(id)
    else table.set(id, { version, name, record: JSON.parse(body) })
  }

  #addManagedRoles(): void {
    for (const role of MANAGED_ROLES) this.#tables.role.set(role.id, { version: 0, name: role.name, record: role })
  }

  #index(): void {
    for (const index of [this.#users, this.#identities, this.#groupsOf, this.#grants]) index.clear()
    for (const user of this.list('user')) {
      this.#users.set(user.username.toLowerCase(), user.id)
      for (const identity of user.identities) this.#identities.set(identityKey(identity), user.id)
    }
    for (const group of this.list('group')) for (const userId of membersOf(group)) this.#join(userId, group.id)
  }

  #join(userId: string, groupId: string): void {
    const groups = this.#groupsOf.get(userId) ?? new Set()
    this.#groupsOf.set(userId, groups.add(groupId))
  }
}

function membersOf({ members }: GroupRecord): readonly string[] {
  return members.map(({ userId }) => userId)
}

function identityKey({ provider, subject }: { readonly provider: string; readonly subject: string }): string {
  return JSON.stringify([provider, subject])
}

function newTables(): Tables {
  return {
    user: new Map(),
    group: new Map(),
    role: new Map(),
    binding: new Map(),
    token: new Map(),
    session: new Map(),
    invitation: new Map(),
    lockout: new Map(),
    setup: new Map(),
    setting: new Map(),
  }
}
