// batuta flow pull DIR: makes a folder hold the flows of the server, each in the file that holds it already or in NAMESPACE/ID.yaml. With
// --delete files go whose flow is not there any more; with --dry-run only what would be done is told.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { FlowDocument } from '@batuta/api'
import { connect } from '../connect.ts'
import { CommandError, EXIT, type ExitCode } from '../exit-code.ts'
import { findFlowFiles, identify, readFlowSources, type FlowSource } from '../flow-sources.ts'
import type { GlobalOptions } from '../global-options.ts'
import { printableDiff } from '../line-diff.ts'
import { printJson, printLine, remark } from '../print.ts'
import { openProgress } from '../progress.ts'
import { listFlows } from './flow-list.ts'

export interface FlowPullOptions extends GlobalOptions {
  readonly namespace?: string
  /** Those of namespaces below as well. */
  readonly recursive?: boolean
  readonly delete?: boolean
  readonly dryRun?: boolean
}

interface Step {
  readonly change: 'created' | 'updated' | 'unchanged' | 'deleted'
  readonly file: string
  readonly before: string
  readonly after: string
}

const MARKS = { created: '+', updated: '~', unchanged: '=', deleted: '-' } as const

export async function flowPull([folder = '']: readonly string[], options: FlowPullOptions): Promise<ExitCode> {
  const flows = await remoteFlows(options)
  const locals = await localFlows(folder)
  const steps = await planOf(flows, locals, { folder, options })
  if (!options.dryRun)
    for (const { change, file, after } of steps) {
      if (change === 'deleted') await rm(file)
      if (change !== 'created' && change !== 'updated') continue
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, after)
    }
  if (options.json) printJson(steps.map(({ change, file }) => ({ change, file })))
  else for (const step of steps) for (const line of linesOf(step, options.dryRun === true)) printLine(line)
  remark(options.dryRun ? `${steps.length} flows; nothing was changed` : `${steps.length} flows`)
  return EXIT.ok
}

async function remoteFlows(options: FlowPullOptions): Promise<readonly FlowDocument[]> {
  const client = connect(options)
  const { namespace, recursive } = options
  const found = await listFlows(options)
  const wanted = found.filter(flow => namespace === undefined || recursive || flow.namespace === namespace)
  const progress = openProgress('reading', wanted.length)
  const flows: FlowDocument[] = []
  for (const flow of wanted) {
    const params = { namespace: flow.namespace, id: flow.id }
    flows.push(await client.flows.get({ params, query: { source: true } }))
    progress.step(`${params.namespace}.${params.id}`)
  }
  progress.end()
  return flows
}

/** By the name of the flow. */
async function localFlows(folder: string): Promise<ReadonlyMap<string, FlowSource>> {
  if (!existsSync(folder) || (await findFlowFiles(folder)).length === 0) return new Map()
  const found = new Map<string, FlowSource>()
  for (const document of await readFlowSources([folder])) {
    const name = identify(document.source)
    if (name !== undefined) found.set(`${name.namespace}.${name.id}`, document)
  }
  return found
}

async function planOf(
  flows: readonly FlowDocument[],
  locals: ReadonlyMap<string, FlowSource>,
  { folder, options }: { readonly folder: string; readonly options: FlowPullOptions },
): Promise<readonly Step[]> {
  const steps: Step[] = []
  for (const { namespace, id, source = '' } of flows) {
    const local = locals.get(`${namespace}.${id}`)
    const after = source.endsWith('\n') ? source : `${source}\n`
    if (local === undefined) {
      const parts = options.namespace === namespace ? [] : [namespace]
      steps.push({ change: 'created', file: join(folder, ...parts, `${id}.yaml`), before: '', after })
      continue
    }
    const { file } = local
    const isEqual = local.source.trimEnd() === source.trimEnd()
    const before = await readFile(file, 'utf8')
    // What else the file holds stays.
    const whole = isEqual
      ? before
      : before.trimEnd() === local.source.trimEnd()
        ? after
        : before.replace(local.source, () => source)
    if (!isEqual && whole === before)
      throw new CommandError(
        EXIT.refused,
        `${file} holds several flows and cannot be changed in part: cut it into files`,
      )
    steps.push({ change: isEqual ? 'unchanged' : 'updated', file, before, after: whole })
  }
  return options.delete ? [...steps, ...(await superfluous(flows, locals, options))] : steps
}

async function superfluous(
  flows: readonly FlowDocument[],
  locals: ReadonlyMap<string, FlowSource>,
  { namespace, recursive }: FlowPullOptions,
): Promise<readonly Step[]> {
  const known = new Set(flows.map(flow => `${flow.namespace}.${flow.id}`))
  const steps: Step[] = []
  for (const [name, { file, source }] of locals) {
    const own = identify(source)?.namespace ?? ''
    const isAsked =
      namespace === undefined || own === namespace || (recursive === true && own.startsWith(`${namespace}.`))
    if (known.has(name) || !isAsked) continue
    const before = await readFile(file, 'utf8')
    if (before.trimEnd() !== source.trimEnd())
      throw new CommandError(EXIT.refused, `${file} holds several flows and cannot be deleted: cut it into files`)
    steps.push({ change: 'deleted', file, before, after: '' })
  }
  return steps
}

function linesOf({ change, file, before, after }: Step, isWithDiff: boolean): readonly string[] {
  const head = `${MARKS[change]} ${file}`
  if (!isWithDiff || change !== 'updated') return [head]
  return [head, ...printableDiff(before, after).map(line => `    ${line}`)]
}
