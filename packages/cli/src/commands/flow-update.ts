// batuta flow update PATH…: saves flows, new ones and new revisions alike. Each document is saved by itself: one that is refused does not
// keep the others out, and the exit code tells.
import { ApiError, type Client, type FlowDocument } from '@batuta/api'
import { connect, explain } from '../connect.ts'
import { CommandError, EXIT, type ExitCode } from '../exit-code.ts'
import { identify, readFlowSources } from '../flow-sources.ts'
import type { GlobalOptions } from '../global-options.ts'
import { printJson, printLine } from '../print.ts'

interface Saved {
  readonly file: string
  readonly flow?: FlowDocument
  readonly error?: CommandError
}

export async function flowUpdate(paths: readonly string[], options: GlobalOptions): Promise<ExitCode> {
  const client = connect(options)
  const saved: Saved[] = []
  for (const { file, source } of await readFlowSources(paths)) {
    saved.push(await saveOrExplain(client, file, source, options.server))
  }
  if (options.json) {
    printJson(
      saved.map(({ file, flow, error }) => ({
        file,
        ...flow,
        ...(error && { error: error.message, details: error.details }),
      })),
    )
  } else {
    for (const line of saved.flatMap(linesOf)) printLine(line)
  }
  return saved.find(({ error }) => error !== undefined)?.error?.exitCode ?? EXIT.ok
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

function linesOf({ file, flow, error }: Saved): readonly string[] {
  if (flow !== undefined) return [`✓ ${flow.namespace}.${flow.id}  revision ${flow.revision}  ${file}`]
  return [`✗ ${file}`, ...[error?.message ?? '', ...(error?.details ?? [])].map(line => `  ${line}`)]
}
