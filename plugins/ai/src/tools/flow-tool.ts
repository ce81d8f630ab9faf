// A flow as a tool: the model says its inputs, the tool starts it over the API and gives the id of its execution.
import { TaskError, type RunContext } from '@batuta/plugin-sdk'
import { compact, isRecord, parsedJson, textAt } from '../json.ts'
import { callApi } from '../model/call-model.ts'
import type { Tool } from './tool.ts'

const URL_OF_SERVER = 'http://localhost:8080'

type Settings = Readonly<Record<string, unknown>>

export function flowTool(ctx: RunContext, settings: Settings): Tool {
  const { namespace, flowId, description } = settings
  const isFixed = namespace !== undefined && flowId !== undefined
  const inputs = { type: 'object', description: 'The inputs of the flow, by their ids.' }
  const where = { namespace: { type: 'string' }, flowId: { type: 'string' } }
  return {
    spec: {
      name: isFixed
        ? `kestra_flow_${String(namespace)}_${String(flowId)}`.replace(/[^\w-]/g, '_').slice(0, 64)
        : 'kestra_flow',
      description: String(
        description ?? `Starts the flow ${String(flowId ?? 'of that name')} and gives the id of its execution.`,
      ),
      parameters: {
        type: 'object',
        properties: { ...(isFixed ? {} : where), inputs },
        required: isFixed ? [] : ['namespace', 'flowId'],
      },
    },
    use: given => startFlow(ctx, settings, given),
  }
}

async function startFlow(ctx: RunContext, settings: Settings, given: Settings): Promise<string> {
  const namespace = String(settings['namespace'] ?? given['namespace'] ?? '')
  const flowId = String(settings['flowId'] ?? given['flowId'] ?? '')
  if (namespace === '' || flowId === '') throw new TaskError('say which flow: namespace and flowId')
  const tenant = String(settings['tenantId'] ?? ctx.flow.tenantId)
  const { kestraUrl = URL_OF_SERVER } = settings
  const path = [tenant, 'executions', namespace, flowId].map(encodeURIComponent).join('/')
  const url = new URL(`${String(kestraUrl).replace(/\/+$/, '')}/api/v1/${path}`)
  for (const [key, value] of labelsOf(settings['labels'])) url.searchParams.append('labels', `${key}:${value}`)
  for (const name of ['revision', 'scheduleDate'])
    if (settings[name] !== undefined) url.searchParams.set(name, String(settings[name]))
  const form = new FormData()
  const inputs = { ...recordOf(given['inputs']), ...recordOf(settings['inputs']) }
  for (const [name, value] of Object.entries(inputs))
    form.append(name, typeof value === 'string' ? value : JSON.stringify(value))
  const request = new Request(url, { method: 'POST', body: form })
  const answer = await callApi(ctx, 'the server of the flow', {
    method: 'POST',
    url: url.href,
    headers: textsOnly({
      'content-type': request.headers.get('content-type') ?? '',
      authorization: authorizationOf(settings['auth']),
    }),
    body: new Uint8Array(await request.arrayBuffer()),
  })
  const execution = parsedJson(answer.text)
  return JSON.stringify(compact({ executionId: textAt(execution, 'id'), state: textAt(execution, 'state', 'current') }))
}

function textsOnly(headers: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const found: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) found[name] = value
  return found
}

function authorizationOf(auth: unknown): string | undefined {
  const token = textAt(auth, 'apiToken')
  if (token !== undefined) return `Bearer ${token}`
  const username = textAt(auth, 'username')
  if (username === undefined) return undefined
  return `Basic ${Buffer.from(`${username}:${textAt(auth, 'password') ?? ''}`).toString('base64')}`
}

function labelsOf(labels: unknown): readonly (readonly [string, string])[] {
  if (isRecord(labels)) return Object.entries(labels).map(([key, value]) => [key, String(value)])
  if (!Array.isArray(labels)) return []
  return labels.map(label => [textAt(label, 'key') ?? '', textAt(label, 'value') ?? ''])
}

function recordOf(value: unknown): Settings {
  return isRecord(value) ? value : {}
}
