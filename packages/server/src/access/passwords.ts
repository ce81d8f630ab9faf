// Passwords as argon2id, in the notation of PHC, so that the costs of a hash stand beside it. Verifying takes as long for a user who is not there as
// for one who is; each takes 64 MiB, and so few are at work at a time.
import { argon2, randomBytes, timingSafeEqual, type Argon2Parameters } from 'node:crypto'
import { AccessError } from './access-error.ts'

export interface PasswordHasher {
  hash(plain: string): Promise<string>
  /** Takes as long when there is no hash to compare with, and answers false. */
  verify(plain: string, hash: string | undefined): Promise<boolean>
}

export interface Costs {
  readonly memoryKib: number
  readonly passes: number
}

export const COSTS: Costs = { memoryKib: 64 * 1024, passes: 3 }

const SALT_BYTES = 16
const KEY_BYTES = 32
const AT_WORK_MAX = 2
/** Whoever comes then comes again: each takes a fifth of a second. */
const WAITING_MAX = 100
export const PASSWORD_LENGTH = { min: 12, max: 128 } as const

export function newPasswordHasher(costs: Costs = COSTS): PasswordHasher {
  const turns = newTurns(AT_WORK_MAX)
  const nobody = { costs, salt: randomBytes(SALT_BYTES), key: randomBytes(KEY_BYTES) }
  return {
    hash: async plain => {
      const salt = randomBytes(SALT_BYTES)
      return format({ costs, salt, key: await turns(() => derive(plain, salt, costs)) })
    },
    verify: async (plain, hash) => {
      const known = hash === undefined ? undefined : parse(hash)
      const { salt, key, costs: own } = known ?? nobody
      const derived = await turns(() => derive(plain, salt, own))
      return derived.length === key.length && timingSafeEqual(derived, key) && known !== undefined
    },
  }
}

interface Hash {
  readonly costs: Costs
  readonly salt: Buffer
  readonly key: Buffer
}

function format({ costs, salt, key }: Hash): string {
  return `$argon2id$v=19$m=${costs.memoryKib},t=${costs.passes},p=1$${base64(salt)}$${base64(key)}`
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}

const PHC = /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=1\$([A-Za-z0-9+/]{11,64})\$([A-Za-z0-9+/]{22,86})$/

function parse(hash: string): Hash | undefined {
  const found = PHC.exec(hash)
  if (!found) return undefined
  const [, memory = '', passes = '', salt = '', key = ''] = found
  const costs = { memoryKib: Number(memory), passes: Number(passes) }
  return { costs, salt: Buffer.from(salt, 'base64'), key: Buffer.from(key, 'base64') }
}

function derive(plain: string, nonce: Buffer, { memoryKib, passes }: Costs): Promise<Buffer> {
  const parameters: Argon2Parameters = {
    message: plain.normalize('NFC'),
    nonce,
    parallelism: 1,
    tagLength: KEY_BYTES,
    memory: memoryKib,
    passes,
  }
  return new Promise((resolve, reject) => {
    argon2('argon2id', parameters, (error, key) => (error ? reject(error) : resolve(key)))
  })
}

/** So many at a time; the others wait their turn. */
function newTurns(max: number): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let atWork = 0
  const waiting: (() => void)[] = []
  return async work => {
    if (waiting.length >= WAITING_MAX) throw new AccessError('busy', undefined, { retryAfterS: 1 })
    if (atWork >= max) await new Promise<void>(resolve => waiting.push(resolve))
    else atWork++
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else atWork--
    }
  }
}
