// The same start as lines for a shell, as YAML for a flow, and as an address that fills the form. Secrets are named, never written.
import type { FlowRef } from '../../lib/paths.ts'
import { withQuery } from '../../lib/paths.ts'
import { quoteForShell } from '../../widgets/quote-for-shell.ts'
import type { Field, Sent } from '../input-form/input-fields.ts'

export interface RunRequest {
  readonly flow: FlowRef
  readonly sent: Sent
  readonly fields: readonly Field[]
  readonly labels: readonly string[]
  readonly revision?: number
  readonly scheduleDate?: string
  readonly breakpoints?: string
}

export interface RunLine {
  readonly name: 'cURL' | 'CLI' | 'YAML' | 'Link'
  readonly text: string
}

/** The query of the route that starts. */
export function queryOf({ labels, revision, scheduleDate, breakpoints }: RunRequest): {
  readonly labels?: string[]
  readonly revision?: number
  readonly scheduleDate?: string
  readonly breakpoints?: string
} {
  return {
    ...(labels.length === 0 ? {} : { labels: [...labels] }),
    ...(revision === undefined ? {} : { revision }),
    ...(scheduleDate === undefined ? {} : { scheduleDate }),
    ...(breakpoints === undefined ? {} : { breakpoints }),
  }
}

/** `url` is that of the route with its query, `page` the address of the dialog. */
export function runLines(request: RunRequest, url: string, page: string): readonly RunLine[] {
  return [
    { name: 'cURL', text: curlOf(request, url) },
    { name: 'CLI', text: cliOf(request) },
    { name: 'YAML', text: yamlOf(request) },
    { name: 'Link', text: linkOf(request, page) },
  ]
}

function curlOf(request: RunRequest, url: string): string {
  const { values, files } = request.sent
  const hidden = withoutSecrets(request)
  const head = `curl -sS -X POST ${quoteForShell(url)} \\\n  -H "Authorization: Bearer $BATUTA_TOKEN"`
  if (Object.keys(files).length > 0) {
    const parts = [
      ...Object.entries(hidden).map(([id, value]) => `-F ${quoteForShell(`${id}=${partOf(value)}`)}`),
      ...Object.entries(files).map(([id, file]) => `-F ${quoteForShell(`${id}=@${file.name}`)}`),
    ]
    return [head, ...parts].join(' \\\n  ')
  }
  if (Object.keys(values).length === 0) return head
  return `${head} \\\n  -H 'Content-Type: application/json' \\\n  --data ${quoteForShell(JSON.stringify(hidden))}`
}

function cliOf(request: RunRequest): string {
  const { flow, sent, labels, revision } = request
  const options = [
    ...Object.entries(withoutSecrets(request)).map(([id, value]) => `-i ${quoteForShell(`${id}=${partOf(value)}`)}`),
    ...Object.entries(sent.files).map(([id, file]) => `-i ${quoteForShell(`${id}=@${file.name}`)}`),
    ...labels.map(label => `-l ${quoteForShell(label.replace(':', '='))}`),
    ...(revision === undefined ? [] : [`--revision ${revision}`]),
  ]
  return [`batuta flow run ${flow.namespace}.${flow.id}`, ...options].join(' \\\n  ')
}

/** As the task of another flow. JSON is YAML, too. */
function yamlOf(request: RunRequest): string {
  const { flow, sent, labels, revision } = request
  const inputs = [
    ...Object.entries(withoutSecrets(request)),
    ...Object.keys(sent.files).map(id => [id, 'kestra:///…'] as const),
  ]
  return [
    `id: run_${flow.id.replace(/\W/g, '_')}`,
    'type: io.kestra.plugin.core.flow.Subflow',
    `namespace: ${flow.namespace}`,
    `flowId: ${flow.id}`,
    ...(revision === undefined ? [] : [`revision: ${revision}`]),
    ...(inputs.length === 0 ? [] : ['inputs:', ...inputs.map(([id, value]) => `  ${id}: ${JSON.stringify(value)}`)]),
    ...(labels.length === 0 ? [] : ['labels:', ...labels.map(label => `  ${label.replace(':', ': ')}`)]),
  ].join('\n')
}

function linkOf(request: RunRequest, page: string): string {
  const { flow, fields } = request
  const secret = new Set(fields.filter(({ type }) => type === 'SECRET').map(({ id }) => id))
  const inputs = Object.entries(request.sent.values).filter(([id]) => !secret.has(id))
  return withQuery(page, [
    ['run', `${flow.namespace}/${flow.id}`],
    ...inputs.map(([id, value]) => [`in.${id}`, partOf(value)] as const),
  ])
}

function withoutSecrets({ sent, fields }: RunRequest): Readonly<Record<string, unknown>> {
  const secret = new Set(fields.filter(({ type }) => type === 'SECRET').map(({ id }) => id))
  return Object.fromEntries(
    Object.entries(sent.values).map(([id, value]) => [
      id,
      secret.has(id) ? `$${id.toUpperCase().replace(/\W/g, '_')}` : value,
    ]),
  )
}

function partOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

export interface Labels {
  readonly labels: readonly string[]
  /** What is no label. */
  readonly wrong?: string
}

/** `team:data, env:prod` */
export function parseLabels(text: string): Labels {
  const labels = text
    .split(',')
    .map(part => part.trim())
    .filter(part => part !== '')
  const wrong = labels.find(label => !/^[^:\s]+:.+$/.test(label))
  return wrong === undefined ? { labels } : { labels: labels.filter(label => label !== wrong), wrong }
}

/** A moment by the clock of a zone as an instant; undefined when it is none. */
export function momentIn(local: string, zone: 'here' | 'UTC'): string | undefined {
  if (local === '') return undefined
  const date = new Date(zone === 'UTC' ? `${local}Z` : local)
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString()
}
