// batuta flow update PATH…: saves flows, new ones and new revisions alike. Each document is saved by itself: one that is refused does not
// keep the others out, and the exit code tells.
import { existsSync } from 'node:fs'
import { ApiError, type Client, type FlowDocument } from '@batuta/api'
import { connect, explain } from '../connect.ts'
import { CommandError, EXIT, type ExitCode } from '../exit-code.ts'
import { identify, readFlowSources } from '../flow-sources.ts'
import type { GlobalOptions } from '../global-options.ts'
import type { FlowName } from '../flow-name.ts'
import { printJson, printLine } from '../print.ts'
import { openProgress } from '../progress.ts'
import { flowPush } from './flow-push.ts'

export interface FlowUpdateOptions extends GlobalOptions {
  readonly dryRun?: boolean
}

export interface Saved {
  readonly file: string
  readonly flow?: FlowDocument
  readonly error?: CommandError
}

export async function flowUpdate(paths: readonly string[], options: FlowUpdateOptions): Promise<ExitCode> {
  const named = namedIn(paths)
  if (named !== undefined) return await updateNamed(named, options)
  if (options.dryRun) return await flowPush(paths, { ...options, delete: false })
  const client = connect(options)
  const saved: Saved[] = []
  const documents = await readFlowSources(paths)
  const progress = openProgress('saving flows', documents.length)
  for (const { file, source } of documents) {
    saved.push(await saveOrExplain(client, file, source, options.server))
    progress.step(file)
  }
  progress.end()
  if (options.json) {
    printJson(
      saved.map(({ file, flow, error }) => ({
        file,
        ...flow,
        ...(error && { error: error.message, details: error.details }),
      })),
    )
  } else {
    for (const line of saved.flatMap(linesOfSaved)) printLine(line)
  }
  return saved.find(({ error }) => error !== undefined)?.error?.exitCode ?? EXIT.ok
}

interface NamedFile extends FlowName {
  readonly file: string
}

/** `FILE NAMESPACE ID`, as the Java program takes it: two of the three are no files. */
function namedIn([file = '', namespace = '', id = '', ...more]: readonly string[]): NamedFile | undefined {
  if (id === '' || more.length > 0 || existsSync(namespace) || existsSync(id)) return undefined
  return { file, namespace, id }
}

/** Only that flow, and only if it is there. */
async function updateNamed({ file, namespace, id }: NamedFile, options: GlobalOptions): Promise<ExitCode> {
  const [document] = await readFlowSources([file])
  const flow = await connect(options).flows.update({ params: { namespace, id }, body: document?.source ?? '' })
  if (options.json) printJson(flow)
  else for (const line of linesOfSaved({ file, flow })) printLine(line)
  return EXIT.ok
}

/** A new flow, or a new revision of one that is there; the same source again makes none. */
export async function saveFlow(client: Client, source: string): Promise<FlowDocument> {
  const name = identify(source)
  if (name === undefined) return await client.flows.create({ body: source })
  try {
    return await client.flows.update({ params: name, body: source })
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return await client.flows.create({ body: source })
    throw error
  }
}

async function saveOrExplain(client: Client, file: string, source: string, server: string): Promise<Saved> {
  try {
    return { file, flow: await saveFlow(client, source) }
  } catch (error) {
    const told = explain(error, server)
    if (told instanceof CommandError && told.exitCode === EXIT.refused) return { file, error: told }
    throw error
  }
}

export function linesOfSaved({ file, flow, error }: Saved): readonly string[] {
  if (flow !== undefined) return [`✓ ${flow.namespace}.${flow.id}  revision ${flow.revision}  ${file}`]
  return [`✗ ${file}`, ...[error?.message ?? '', ...(error?.details ?? [])].map(line => `  ${line}`)]
}
