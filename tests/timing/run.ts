// npm run test:timing: whether the clock tells what an answer does not – how much of a signature was right, whether a name is there. Two kinds of wrong calls take
// turns by chance; Welch's t of their times says whether they differ: beyond 4.5 they do. Wants a machine that does nothing else; the guards themselves are
// held by tests that count (`enumeration.test.ts`) and are part of npm test.
//   npm run test:timing -- [--pairs 100000]
import { createHmac, randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { isMap, parseYaml } from '../../packages/core/src/index.ts'
import { openAccess } from '../../packages/server/src/access/access.ts'
import { signatureRuleOf, verifySignature } from '../../packages/server/src/http/executions/webhook-signature.ts'
import { realPlatform } from '../../packages/server/src/platform/platform.ts'
import { openMemoryStore } from '../../packages/server/src/storage/memory/memory-store.ts'
import { newTables } from '../../packages/server/src/storage/memory/tables.ts'

const T_MAX = 4.5
/** What the machine did beside: the slowest of each kind say nothing of us. */
const KEPT_SHARE = 0.95
const WARM_UP = 2_000

const { values } = parseArgs({ options: { pairs: { type: 'string', default: '100000' } } })
const pairs = Number(values.pairs)

type Call = (kind: 0 | 1, round: number) => unknown

async function measure(name: string, count: number, call: Call): Promise<boolean> {
  const times: [number[], number[]] = [[], []]
  for (let round = 0; round < count * 2 + WARM_UP; round++) {
    const kind = (randomBytes(1).readUInt8() & 1) === 0 ? 0 : 1
    const from = process.hrtime.bigint()
    await call(kind, round)
    const ns = Number(process.hrtime.bigint() - from)
    if (round >= WARM_UP) times[kind].push(ns)
  }
  const [left, right] = times.map(momentsOf)
  if (!left || !right) return false
  const t = (left.mean - right.mean) / Math.sqrt(left.variance / left.count + right.variance / right.count)
  const isFine = Math.abs(t) <= T_MAX
  const means = `${left.mean.toFixed(0)} and ${right.mean.toFixed(0)} ns`
  console.log(
    `${isFine ? 'fine' : 'TOLD'}  ${name}: t = ${t.toFixed(2)}, means ${means}, ${left.count + right.count} calls`,
  )
  return isFine
}

function momentsOf(times: readonly number[]): {
  readonly count: number
  readonly mean: number
  readonly variance: number
} {
  const kept = times.toSorted((a, b) => a - b).slice(0, Math.floor(times.length * KEPT_SHARE))
  const mean = kept.reduce((sum, each) => sum + each, 0) / kept.length
  const variance = kept.reduce((sum, each) => sum + (each - mean) ** 2, 0) / (kept.length - 1)
  return { count: kept.length, mean, variance }
}

function signatures(): Call {
  const { value = null } = parseYaml('signature: { preset: github, secret: s }')
  const rule = value !== null && isMap(value) ? signatureRuleOf(value, 1) : undefined
  if (!rule) throw new Error('there is no rule')
  const bytes = Buffer.from('{"a":1}')
  const right = createHmac('sha256', 'the secret').update(bytes).digest()
  const wrongAt = (at: number): string => {
    const code = Buffer.from(right)
    code.writeUInt8(code.readUInt8(at) ^ 1, at)
    return `sha256=${code.toString('hex')}`
  }
  const headers = [wrongAt(0), wrongAt(right.length - 1)].map(code => ['x-hub-signature-256', code])
  return kind => verifySignature(rule, ['the secret'], { rawHeaders: headers[kind] ?? [], bytes, nowMs: 0 })
}

async function logIns(): Promise<Call> {
  const platform = realPlatform()
  const access = await openAccess({
    ...{ store: openMemoryStore(newTables(), () => platform.nowMs()), tenant: 'main', platform, isSecure: false },
    ...{ user: { name: 'root', password: 'x' }, isReachable: false, costs: { memoryKib: 64, passes: 1 } },
    ...{ tell: () => {}, onNotice: () => {} },
  })
  const passwordHash = await access.passwords.hash('correct horse battery')
  const flags = { isSuperAdmin: false, isRestricted: false, isServiceAccount: false, isDisabled: false }
  const record = { id: 'ada', username: 'somebody', ...flags, identities: [], createdMs: 0, passwordHash }
  await access.book.change({ put: [{ kind: 'user', record }] })
  // From another network each time, so that nobody is locked.
  const ipOf = (round: number): string => `10.${(round >> 8) & 255}.${round & 255}.1`
  return async (kind, round) => {
    const username = kind === 0 ? 'somebody' : 'no-one-at'
    await access.logIn({ username, password: 'wrong', ip: ipOf(round) }).catch(() => undefined)
    await access.lockouts.forget(username, ipOf(round))
  }
}

const results = [
  await measure('a signature that is wrong in its first or in its last byte', pairs, signatures()),
  await measure('a log-in of a name that is there or is not', Math.ceil(pairs / 10), await logIns()),
]
process.exitCode = results.every(Boolean) ? 0 : 1
