// A real host process and the server's end of its pipe, for tests.
import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { decodeValue, encodeValue, toPlain } from '@batuta/core'
import type { Value, ValueMap } from '@batuta/core'
import { HOST_LIMITS, keyText, openLocalFileStore, SCRIPT_SETTINGS } from '@batuta/plugin-sdk'
import type {
  FileStore,
  FromHost,
  HostInit,
  HostJob,
  HostLimits,
  JobKey,
  LogLine,
  Outcome,
  ScriptSettings,
  ToHost,
} from '@batuta/plugin-sdk'

export interface TestHost {
  readonly child: ChildProcess
  readonly store: FileStore
  readonly root: string
  readonly workDir: string
  readonly notices: string[]
  readonly isReady: Promise<void>
  readonly batches: { readonly key: JobKey; readonly lines: readonly LogLine[] }[]
  /** Whether batches of log are acknowledged; tests of back-pressure turn it off. */
  takes: boolean
  send(message: ToHost): void
  start(
    type: string,
    properties?: ValueMap,
    more?: Partial<HostJob>,
  ): { readonly key: JobKey; readonly outcome: Promise<Outcome> }
  run(type: string, properties?: ValueMap, more?: Partial<HostJob>): Promise<Outcome>
  linesOf(key: JobKey): readonly LogLine[]
  answer: (name: string, args: Value) => Value
}

export interface TestHostOptions {
  /** Folder of an earlier host, to take over after it. */
  readonly root?: string
  readonly limits?: Partial<HostLimits>
  readonly modules?: Readonly<Record<string, string>>
  readonly scripts?: Partial<ScriptSettings>
}

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url))
const TEST_MODULE = new URL('./test-tasks.ts', import.meta.url).href
const TEST_TYPES = ['Echo', 'Warn', 'Fail', 'Wait', 'Stubborn', 'Loose', 'Large', 'Function', 'Secret', 'Shell']

export async function openTestHost(t: TestContext, options: TestHostOptions = {}): Promise<TestHost> {
  const root = options.root ?? (await mkdtemp(join(tmpdir(), 'batuta-host-')))
  const child = fork(MAIN, { serialization: 'advanced', execArgv: ['--max-old-space-size=128'] })
  t.after(async () => {
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit')
      child.disconnect()
      // A pipe that is let go of in the middle of a message is never closed by Node.
      child.kill('SIGTERM')
      await exited
    }
    await rm(root, { recursive: true, force: true, maxRetries: 5 })
  })
  const init: HostInit = {
    type: 'init',
    filesDir: join(root, 'files'),
    workDir: join(root, 'work'),
    cacheDir: join(root, 'cache'),
    modules: { ...Object.fromEntries(TEST_TYPES.map(name => [`test.${name}`, TEST_MODULE])), ...options.modules },
    limits: { ...HOST_LIMITS, killGraceMs: 300, ...options.limits },
    scripts: { ...SCRIPT_SETTINGS, hidden: [root], ...options.scripts },
  }
  const host = connect(child, openLocalFileStore(init.filesDir), root)
  host.send(init)
  await host.isReady
  return host
}

function connect(child: ChildProcess, store: FileStore, root: string): TestHost {
  const settle = new Map<string, (outcome: Outcome) => void>()
  let lastRun = 0
  const ready = Promise.withResolvers<void>()
  const host: TestHost = {
    child,
    store,
    root,
    workDir: join(root, 'work'),
    notices: [],
    isReady: ready.promise,
    batches: [],
    takes: true,
    answer: () => null,
    send: message => void child.send([message]),
    start(type, properties = {}, more = {}) {
      const key = more.key ?? { executionId: 'e1', run: ++lastRun, epoch: 1 }
      const outcome = new Promise<Outcome>(resolve => settle.set(keyText(key), resolve))
      host.send({ type: 'run', job: { ...jobOf(key, type, properties), ...more } })
      return { key, outcome }
    },
    run: (type, properties, more) => host.start(type, properties, more).outcome,
    linesOf: key => host.batches.filter(batch => keyText(batch.key) === keyText(key)).flatMap(batch => batch.lines),
  }
  const take = (message: FromHost): void => {
    if (message.type === 'ready') ready.resolve()
    if (message.type === 'settled') settle.get(keyText(message.key))?.(message.outcome)
    if (message.type === 'notice') host.notices.push(message.message)
    if (message.type === 'log') {
      host.batches.push(message)
      if (host.takes) host.send({ type: 'taken', batch: message.batch })
    }
    if (message.type === 'ask') {
      const { name, args } = message.request
      host.send({ type: 'answer', id: message.id, value: encodeValue(host.answer(name, decodeValue(args))) })
    }
  }
  child.on('message', (messages: readonly FromHost[]) => messages.forEach(take))
  return host
}

function jobOf(key: JobKey, type: string, properties: ValueMap): HostJob {
  return {
    key,
    taskRunId: `e1-${key.run}`,
    taskId: 'task',
    type,
    dialect: 1,
    attempt: 0,
    properties: encodeValue(properties),
    context: encodeValue({
      flow: { id: 'flow', namespace: 'test', tenantId: 'main', revision: 1 },
      execution: { id: 'e1' },
      inputs: { name: 'Ada' },
      outputs: {},
    }),
    flow: { tenant: 'main', namespace: 'test', id: 'flow' },
    filesPrefix: `kestra:///test/flow/executions/e1/tasks/task/e1-${key.run}/`,
  }
}

export function outputsOf(outcome: Outcome): unknown {
  return outcome.outputs === undefined ? undefined : toPlain(decodeValue(outcome.outputs))
}

/** Resident memory of another process, in bytes. */
export async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024
}
