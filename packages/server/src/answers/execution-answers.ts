// What tasks ask of executions and of their logs: to count, purge, resume and kill them, to fetch and purge lines.
import {
  ordinalOf,
  BatutaError,
  encodeValue,
  isList,
  isMap,
  mapGet,
  printValue,
  trust,
  type Command,
  type Value,
  type ValueMap,
} from '@batuta/core'
import { storageUri } from '@batuta/plugin-sdk'
import type { ExecutionRow, StoredLogLine } from '../storage/batch.ts'
import { rankOf } from '../storage/levels.ts'
import type { ExecutionQuery } from '../storage/store.ts'
import { flagOf, mapOf, optionalInteger, optionalText, optionalTexts, textOf, valueOf } from './arguments.ts'
import type { AnswerWorld, Answers, Asker } from './asker.ts'

const COUNT_MAX = 1_000_000
const PAGE = 100
const CHUNKS = 500

export const EXECUTION_ANSWERS: Answers = {
  'executions.count': async ({ store }, args, { tenant }) => {
    const states = optionalTexts(args, 'states')
    const counts: Value[] = []
    for (const { namespace, flowId } of countedOf(args)) {
      const query = {
        ...{ tenant, namespace, limit: COUNT_MAX },
        ...timesOf(args),
        ...(flowId === undefined ? {} : { flowId }),
        ...(states === undefined ? {} : { states }),
      }
      const count = await store.read.countExecutions(query)
      counts.push({ namespace, ...(flowId === undefined ? {} : { flowId }), count })
    }
    return counts
  },
  'executions.purge': async (world, args, asker) => await purgeExecutions(world, args, asker),
  'executions.resume': async (world, args, asker) => {
    const row = await getExecution(world, args, asker)
    const inputs = mapOf(args, 'inputs')
    const named = optionalText(args, 'taskRunId')
    const run = named === undefined ? undefined : ordinalOf(row.id, named)
    if (named !== undefined && run === undefined)
      throw new BatutaError('execution-refused', `The execution "${row.id}" has no task run "${named}".`)
    await command(world, row.id, {
      name: 'resume',
      ...(run === undefined ? {} : { run }),
      ...(Object.keys(inputs).length === 0 ? {} : { inputs }),
    })
    return null
  },
  'executions.kill': async (world, args, asker) => {
    const row = await getExecution(world, args, asker)
    await command(world, row.id, { name: 'kill', isCascading: flagOf(args, 'cascade', true) })
    return null
  },
  'logs.fetch': async (world, args, asker) => await fetchLogs(world, args, asker),
  'logs.purge': async (world, args, { tenant }) => {
    const levels = optionalTexts(args, 'levels') ?? null
    const only = optionalText(args, 'executionId')
    let count = 0
    for await (const { id } of logsOf(world, { ...placeOf(args), tenant }, only))
      count += await world.store.perform('purgeLogs', {
        executionId: id,
        fromMs: optionalInteger(args, 'fromMs') ?? 0,
        toMs: optionalInteger(args, 'toMs') ?? world.nowMs(),
        levels,
      })
    return count
  },
}

function countedOf(args: ValueMap): readonly { readonly namespace: string; readonly flowId?: string }[] {
  const flows = valueOf(args, 'flows')
  const named = (isList(flows) ? flows : []).flatMap(flow =>
    flow !== null && typeof flow === 'object' && isMap(flow)
      ? [{ namespace: printValue(mapGet(flow, 'namespace') ?? ''), flowId: printValue(mapGet(flow, 'flowId') ?? '') }]
      : [],
  )
  return [...named, ...(optionalTexts(args, 'namespaces') ?? []).map(namespace => ({ namespace }))]
}

function timesOf(args: ValueMap): Pick<ExecutionQuery, 'startFromMs' | 'startToMs'> {
  const [fromMs, toMs] = [optionalInteger(args, 'fromMs'), optionalInteger(args, 'toMs')]
  return {
    ...(fromMs === undefined ? {} : { startFromMs: fromMs }),
    ...(toMs === undefined ? {} : { startToMs: toMs }),
  }
}

function placeOf(args: ValueMap): Pick<ExecutionQuery, 'namespace' | 'isPrefix' | 'flowId'> {
  const [namespace, flowId] = [optionalText(args, 'namespace'), optionalText(args, 'flowId')]
  return {
    ...(namespace === undefined ? {} : { namespace, isPrefix: flowId === undefined }),
    ...(flowId === undefined ? {} : { flowId }),
  }
}

async function* executionsOf(
  { store }: AnswerWorld,
  query: Omit<ExecutionQuery, 'limit' | 'afterId' | 'isAscending'>,
): AsyncGenerator<ExecutionRow> {
  for (let afterId: string | undefined; ;) {
    const rows = await store.read.listExecutions({
      ...{ ...query, isAscending: true, limit: PAGE },
      ...(afterId === undefined ? {} : { afterId }),
    })
    yield* rows
    if (rows.length < PAGE) return
    afterId = rows.at(-1)?.id
  }
}

/** Executions whose logs are meant: one, if it is where it is looked for, or all that are there. */
async function* logsOf(
  world: AnswerWorld,
  query: Omit<ExecutionQuery, 'limit' | 'afterId' | 'isAscending'>,
  only: string | undefined,
): AsyncGenerator<ExecutionRow> {
  if (only === undefined) return yield* executionsOf(world, query)
  const row = await world.store.read.findExecution(only)
  const { namespace = row?.namespace ?? '', flowId, isPrefix } = query
  const isThere =
    row?.tenant === query.tenant &&
    (row.namespace === namespace || (isPrefix === true && row.namespace.startsWith(`${namespace}.`))) &&
    (flowId === undefined || row.flowId === flowId)
  if (row && isThere) yield row
}

/** Only what has ended: what runs is nobody's to purge, the asking execution least of all. */
async function purgeExecutions(world: AnswerWorld, args: ValueMap, asker: Asker): Promise<Value> {
  const { store, files } = world
  const has = (part: string): boolean => flagOf(args, part, true)
  const states = optionalTexts(args, 'states')
  const counts = { executionsCount: 0, logsCount: 0, storagesCount: 0, metricsCount: 0 }
  const everything = { fromMs: 0, toMs: Number.MAX_SAFE_INTEGER, levels: null }
  const query = { ...placeOf(args), ...timesOf(args), ...(states === undefined ? {} : { states }) }
  const only = optionalText(args, 'executionId')
  for await (const row of executionsOf(world, { ...query, tenant: asker.tenant })) {
    const { id, namespace, flowId } = row
    if (only !== undefined && id !== only) continue
    if (row.endMs === null || row.waitsFor !== null || id === asker.executionId) continue
    if (has('log')) counts.logsCount += await store.perform('purgeLogs', { executionId: id, ...everything })
    if (has('metric')) counts.metricsCount += await store.perform('purgeMetrics', { executionId: id })
    if (has('storage')) {
      const folder = `kestra:///${namespace.replaceAll('.', '/')}/${flowId}/executions/${id}`
      counts.storagesCount += (await files.deleteFolder(folder)).length
    }
    const kept = { keepsLogs: !has('log'), keepsMetrics: !has('metric') }
    if (has('execution') && (await store.perform('deleteExecution', { id, ...kept }))) counts.executionsCount++
  }
  return counts
}

/** The one that is named, else the asking one's own. */
async function getExecution({ store }: AnswerWorld, args: ValueMap, asker: Asker): Promise<ExecutionRow> {
  const id = optionalText(args, 'executionId') ?? asker.executionId
  const row = await store.read.findExecution(id)
  const [namespace, flowId] = [optionalText(args, 'namespace'), optionalText(args, 'flowId')]
  const isNamed =
    row !== undefined &&
    row.tenant === asker.tenant &&
    (namespace ?? row.namespace) === row.namespace &&
    (flowId ?? row.flowId) === row.flowId
  if (isNamed) return row
  const where = flowId === undefined ? '' : ` of the flow "${namespace ?? asker.namespace}.${flowId}"`
  throw new BatutaError('execution-not-found', `There is no execution "${id}"${where}.`)
}

async function command({ inbox }: AnswerWorld, executionId: string, given: Command): Promise<void> {
  if (!inbox) throw new BatutaError('question-unknown', 'Nothing here commands executions.')
  const { refusal } = await inbox.submit({ type: 'command', executionId, command: given })
  if (refusal) throw new BatutaError('execution-refused', `The execution "${executionId}" refuses: ${refusal.message}`)
}

/** Written as rows of a file of the asking execution, so that any number of them is no load. */
async function fetchLogs(world: AnswerWorld, args: ValueMap, asker: Asker): Promise<Value> {
  const { id } = await getExecution(world, args, asker)
  const level = optionalText(args, 'level') ?? 'INFO'
  const tasks = optionalTexts(args, 'tasksId')
  let size = 0
  const isWanted = (line: StoredLogLine): boolean =>
    rankOf(line.level) >= rankOf(level) && (tasks?.includes(line.taskId ?? '') ?? true)
  async function* rows(): AsyncGenerator<string> {
    for (let offset = 0; ; offset += CHUNKS) {
      const chunks = await world.store.read.logsOf({ executionId: id, levelMin: rankOf(level), limit: CHUNKS, offset })
      for (const { lines, namespace, flowId } of chunks) {
        const wanted = trust<readonly StoredLogLine[]>(JSON.parse(lines)).filter(isWanted)
        size += wanted.length
        for (const line of wanted) yield `${encodeValue(entryOf(line, { namespace, flowId, executionId: id }))}\n`
      }
      if (chunks.length < CHUNKS) return
    }
  }
  const { uri } = await world.files.put(storageUri(textOf(args, 'folder'), `logs-${id}.ion`), rows())
  return { uri, size }
}

function entryOf(line: StoredLogLine, place: Readonly<Record<'namespace' | 'flowId' | 'executionId', string>>): Value {
  return {
    ...place,
    ...(line.taskId === null ? {} : { taskId: line.taskId }),
    ...(line.run < 0 ? {} : { taskRunId: `${place.executionId}-${line.run}` }),
    attemptNumber: line.attempt,
    timestamp: new Date(line.atMs).toISOString(),
    level: line.level,
    message: line.message,
  }
}
