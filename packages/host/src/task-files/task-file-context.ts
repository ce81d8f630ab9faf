// The run context inside the process of a task from a file. What only the host can do – render, read and write storage, ask the server – is asked for;
// the working folder, commands and connections are the process's own, under the isolation that its namespace has.
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { constants } from 'node:os'
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import {
  Ending,
  isList,
  isMap,
  mapEntries,
  mapGet,
  newEgress,
  printValue,
  PROCESS_RUNNER_TYPE,
  readLines,
  TaskError,
} from '@batuta/plugin-sdk'
import type {
  Command,
  CommandResult,
  FileEntry,
  FileSource,
  Logger,
  LogLevel,
  Metrics,
  RunContext,
  TaskFiles,
  TaskReturn,
  Value,
  ValueMap,
  WorkingDir,
} from '@batuta/plugin-sdk'
import type { HostLine } from './host-line.ts'
import type { ToTaskFile } from './messages.ts'

type Start = Extract<ToTaskFile, { type: 'start' }>

export function taskFileContext({ facts, egress, workingDir }: Start, line: HostLine, signal: AbortSignal): RunContext {
  const ask = (name: string, args: ValueMap = {}): Promise<Value> => line.ask(name, args)
  const withScope = (args: ValueMap, scope: ValueMap | undefined): ValueMap =>
    scope ? { ...plain(args), scope } : args
  return {
    ...facts,
    egress: newEgress(egress),
    // What the installation has set for plugins is not for files that users write.
    settingOf: () => undefined,
    logger: loggerOf(line),
    metrics: metricsOf(line),
    files: filesOf(ask),
    workingDir: workingDirOf(workingDir),
    ports: { ask: (name, args) => ask('port', { name, args }) },
    signal,
    renderText: async (template, scope) => printValue(await ask('renderText', withScope({ template }, scope))),
    renderDeep: (value, scope) => ask('renderDeep', withScope({ value }, scope)),
    renderTyped: (value, scope) => ask('renderTyped', withScope({ value }, scope)),
    mask: secret => line.send({ type: 'mask', secret }),
    // The secrets are the host's: what might hold one is treated as if it did.
    holdsSecret: () => true,
    checkRunner: () => Promise.resolve({ type: PROCESS_RUNNER_TYPE, isContained: false }),
    runTask: async (type, properties) => endingOfAnswer(await ask('runTask', { type, properties })),
    runCommand: command => runCommand(command, signal),
  }
}

function plain(map: ValueMap): { readonly [key: string]: Value } {
  return Object.fromEntries(mapEntries(map))
}

function endingOfAnswer(answer: Value): TaskReturn {
  const outputs = isMap(answer) ? mapGet(answer, 'outputs') : undefined
  const given = outputs !== undefined && isMap(outputs) ? plain(outputs) : {}
  const state = isMap(answer) ? mapGet(answer, 'state') : undefined
  return state === 'WARNING' ? new Ending('WARNING', given) : given
}

function loggerOf(line: HostLine): Logger {
  const log = (level: LogLevel, message: string): void => line.send({ type: 'log', level, message })
  return {
    log,
    trace: message => log('TRACE', message),
    debug: message => log('DEBUG', message),
    info: message => log('INFO', message),
    warn: message => log('WARN', message),
    error: message => log('ERROR', message),
    ready: async () => void (await line.ask('ready')),
  }
}

function metricsOf(line: HostLine): Metrics {
  const of =
    (kind: 'counter' | 'timer' | 'gauge'): Metrics['counter'] =>
    (name, value, tags = {}) =>
      line.send({ type: 'metric', kind, name, value, tags })
  return { counter: of('counter'), timer: of('timer'), gauge: of('gauge') }
}

type Ask = (name: string, args?: ValueMap) => Promise<Value>

const CHUNK_BYTES = 256 * 1024

function filesOf(ask: Ask): TaskFiles {
  const open = (uri: string): Promise<AsyncIterable<Uint8Array>> => openFile(ask, uri)
  return {
    put: async (source, name = { extension: '.tmp' }) => printValue(await putFile(ask, source, { ...name })),
    open,
    readText: async uri => (await collect(await open(uri))).toString('utf8'),
    copyTo: async (uri, path) => {
      await mkdir(dirname(path), { recursive: true })
      await pipeline(await open(uri), createWriteStream(path))
    },
    size: async uri => Number(printValue(await ask('files.size', { uri }))),
    exists: async uri => (await ask('files.exists', { uri })) === true,
    delete: async uri => (await ask('files.delete', { uri })) === true,
    putCache: async source => void (await putFile(ask, source, { isCache: true })),
    findCache: async () => entryOf(await ask('files.findCache')),
    deleteOfExecution: async () => {
      const gone = await ask('files.deleteOfExecution')
      return isList(gone) ? gone.map(printValue) : []
    },
  }
}

function entryOf(value: Value): FileEntry | undefined {
  if (value === null || !isMap(value)) return undefined
  const [uri, sizeBytes, modifiedMs] = ['uri', 'sizeBytes', 'modifiedMs'].map(key => mapGet(value, key) ?? null)
  return { uri: printValue(uri ?? null), sizeBytes: Number(sizeBytes), modifiedMs: Number(modifiedMs) }
}

async function openFile(ask: Ask, uri: string): Promise<AsyncIterable<Uint8Array>> {
  const handle = await ask('files.open', { uri })
  return (async function* (): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        const chunk = await ask('files.next', { handle })
        if (chunk === null) return
        yield Buffer.from(printValue(chunk), 'base64')
      }
    } finally {
      await ask('files.close', { handle })
    }
  })()
}

async function putFile(ask: Ask, source: FileSource, name: ValueMap): Promise<Value> {
  const handle = await ask('files.create', name)
  for await (const chunk of chunksOf(source))
    for (let at = 0; at < chunk.length; at += CHUNK_BYTES)
      await ask('files.write', { handle, chunk: chunk.subarray(at, at + CHUNK_BYTES).toString('base64') })
  return await ask('files.finish', { handle })
}

async function* chunksOf(source: FileSource): AsyncGenerator<Buffer> {
  if (typeof source === 'string' || source instanceof Uint8Array) return void (yield Buffer.from(source))
  const stream: AsyncIterable<Uint8Array | string> = 'path' in source ? createReadStream(source.path) : source
  for await (const chunk of stream) yield Buffer.from(chunk)
}

async function collect(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

function workingDirOf(folder: string): WorkingDir {
  const within = (path: string): string => {
    const way = relative(folder, resolve(folder, path))
    if (way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way))
      throw new TaskError(`"${path}" leaves the working directory of the task`)
    return resolve(folder, path)
  }
  return {
    path: () => Promise.resolve(folder),
    resolve: path => Promise.resolve().then(() => within(path)),
    createPath: (extension = '') => Promise.resolve(within(`${randomUUID().replaceAll('-', '')}${extension}`)),
  }
}

/** The process is where its namespace wants commands to be already. */
async function runCommand(command: Command, signal: AbortSignal): Promise<CommandResult> {
  const [file, ...args] = command.argv
  const environment = { ...process.env, ...Object.fromEntries(command.env) }
  const child = spawn(file, args, { cwd: command.cwd, env: environment, signal, stdio: ['ignore', 'pipe', 'pipe'] })
  const exited = new Promise<CommandResult>((done, fail) => {
    child.once('error', cause => fail(new TaskError(`cannot start "${file}" in ${command.cwd}`, { cause })))
    child.once('exit', (code, name) =>
      done(name === null ? { exitCode: code ?? 1 } : { exitCode: 128 + (constants.signals[name] ?? 0), signal: name }),
    )
  })
  const read = [
    readLines(child.stdout, text => command.onLine({ stream: 'stdout', text })),
    readLines(child.stderr, text => command.onLine({ stream: 'stderr', text })),
  ]
  const [result] = await Promise.all([exited, ...read])
  return result
}
