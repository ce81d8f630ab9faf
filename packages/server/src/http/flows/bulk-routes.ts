// The same to many flows, and flows as files: exported as a zip of their sources, imported from one or from a YAML file.
import type { IncomingMessage } from 'node:http'
import { splitDocuments } from '@batuta/core'
import { deleteFlow, judgeFlow, withTaskFiles, saveFlow } from '../../flows/save-flow.ts'
import type { FlowKey, FlowRow } from '../../storage/store.ts'
import { csvText } from '../csv.ts'
import type { HttpDependencies } from '../dependencies.ts'
import type { Handlers } from '../exchange.ts'
import type { Filter } from '../read-filters.ts'
import { BODY_BYTES_MAX, readBytes, textOf } from '../read-body.ts'
import { csv, json, type Reply } from '../reply.ts'
import { unprocessable } from '../request-error.ts'
import { namesOf } from './report-flow.ts'
import { findFlows, flowSearchOf, type FlatFlowSearch } from './search-flows.ts'
import { setFlowDisabled } from './set-disabled.ts'
import { readZip, writeZip } from './zip.ts'

type Bulk = Extract<keyof Handlers<'flows'>, `${string}ByIds` | `${string}ByQuery`> | 'exportCsv' | 'import'

interface Searched {
  readonly query: FlatFlowSearch
  readonly filters: readonly Filter[]
}

export function bulkHandlers(dependencies: HttpDependencies): Pick<Handlers<'flows'>, Bulk> {
  const { saveWorld, config } = dependencies
  const { tenant } = config
  const named = (keys: readonly { readonly namespace: string; readonly id: string }[]): readonly FlowKey[] =>
    keys.map(({ namespace, id }) => ({ tenant, namespace, flowId: id }))
  const found = ({ query, filters }: Searched): readonly FlowKey[] =>
    findFlows(flowSearchOf(query, filters), dependencies)
  const remove = async (keys: readonly FlowKey[]): Promise<Reply> => {
    let count = 0
    for (const key of keys) if (await deleteFlow(key, saveWorld)) count += 1
    return json({ count })
  }
  const change = (keys: readonly FlowKey[], isDisabled: boolean): Promise<Reply> =>
    setDisabled(keys, isDisabled, dependencies)
  return {
    deleteByIds: ({ body }) => remove(named(body)),
    deleteByQuery: call => remove(found(call)),
    disableByIds: ({ body }) => change(named(body), true),
    disableByQuery: call => change(found(call), true),
    enableByIds: ({ body }) => change(named(body), false),
    enableByQuery: call => change(found(call), false),
    exportByIds: ({ body }) => exportFlows(named(body), dependencies),
    exportByQuery: call => exportFlows(found(call), dependencies),
    exportCsv: async call => {
      const rows = await readRows(found(call), dependencies)
      const cells = rows.map(row => [row.namespace, row.flowId, String(row.revision), String(row.isDisabled)])
      return csv(csvText([['namespace', 'id', 'revision', 'disabled'], ...cells]))
    },
    import: ({ incoming, query }) => importFlows(incoming, query.failOnError ?? false, dependencies),
  }
}

async function readRows(keys: readonly FlowKey[], { store }: HttpDependencies): Promise<readonly FlowRow[]> {
  const rows: FlowRow[] = []
  for (const { tenant, namespace, flowId } of keys) {
    const row = await store.read.findFlow({ tenant, namespace, flowId })
    if (row && !row.isDeleted) rows.push(row)
  }
  return rows
}

async function setDisabled(
  keys: readonly FlowKey[],
  isDisabled: boolean,
  dependencies: HttpDependencies,
): Promise<Reply> {
  let count = 0
  for (const key of keys) if ((await setFlowDisabled(key, isDisabled, dependencies)) === 'changed') count += 1
  return json({ count })
}

async function exportFlows(keys: readonly FlowKey[], dependencies: HttpDependencies): Promise<Reply> {
  const rows = await readRows(keys, dependencies)
  const entries = rows.map(({ namespace, flowId, source }) => ({ name: `${namespace}.${flowId}.yml`, text: source }))
  return {
    type: 'stream',
    status: 200,
    contentType: 'application/octet-stream',
    headers: { 'content-disposition': 'attachment; filename="flows.zip"' },
    chunks: writeZip(entries),
  }
}

/** What cannot be saved is named in the answer, or refuses the rest when that is wished. */
async function importFlows(
  incoming: IncomingMessage,
  isFailing: boolean,
  { saveWorld }: HttpDependencies,
): Promise<Reply> {
  const refused: string[] = []
  for (const { name, text } of await readUpload(incoming)) {
    for (const source of splitDocuments(text)) {
      const { flow, diagnostics } = judgeFlow(source, await withTaskFiles(source, saveWorld))
      if (flow) {
        await saveFlow(source, flow, saveWorld)
        continue
      }
      const id = namesOf(source).flow ?? name
      if (isFailing) {
        const first = diagnostics.find(({ severity }) => severity === 'error')
        throw unprocessable('flow-invalid', `The flow "${id}" of "${name}" cannot be saved: ${first?.message ?? ''}`)
      }
      refused.push(id)
    }
  }
  return json(refused)
}

export async function readUpload(
  incoming: IncomingMessage,
): Promise<readonly { readonly name: string; readonly text: string }[]> {
  const bytes = await readBytes(incoming, BODY_BYTES_MAX)
  const file = bytes && (await fileIn(bytes, incoming.headers['content-type'] ?? ''))
  if (!file) throw unprocessable('file-missing', 'Send a .zip, .yml or .yaml file as the part "fileUpload".')
  return file.name.endsWith('.zip')
    ? readZip(file.bytes).filter(({ name }) => /\.ya?ml$/.test(name))
    : [{ name: file.name, text: textOf(file.bytes) }]
}

async function fileIn(
  bytes: Buffer,
  contentType: string,
): Promise<{ readonly name: string; readonly bytes: Buffer } | undefined> {
  if (!contentType.startsWith('multipart/form-data')) return undefined
  try {
    const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': contentType } }).formData()
    const part = form.get('fileUpload')
    return part instanceof File ? { name: part.name, bytes: Buffer.from(await part.arrayBuffer()) } : undefined
  } catch (cause) {
    if (cause instanceof TypeError) return undefined
    throw cause
  }
}
