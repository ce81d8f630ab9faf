// Apps as they are kept: their source is what counts, all else is read from it.
import { encodeValue, isMap, mapEntries, parseApp, parseYaml, type App, type Diagnostic } from '@batuta/core'
import type { AppRow } from '../../storage/store.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { invalidFlow } from '../flows/report-flow.ts'
import { notFound, unprocessable } from '../request-error.ts'

interface JudgedApp {
  readonly app?: App
  readonly diagnostics: readonly Diagnostic[]
}

/** With the flow as it is saved, if it is. */
export function judgeApp(source: string, { saveWorld, flows, config }: HttpDependencies): JudgedApp {
  const parsed = parseApp(source, { catalogue: saveWorld.catalogue })
  const { app, diagnostics } = parsed
  if (!app || flows.newest({ tenant: config.tenant, namespace: app.namespace, flowId: app.flowId })) return parsed
  const message = `There is no flow "${app.namespace}.${app.flowId}" yet: the app can start nothing before it is saved.`
  return { app, diagnostics: [...diagnostics, { severity: 'warning', code: 'flow-missing', message, path: 'flowId' }] }
}

export async function saveApp(
  source: string,
  known: AppRow | undefined,
  dependencies: HttpDependencies,
): Promise<AppRow> {
  const { store, config, platform } = dependencies
  const { app, diagnostics } = judgeApp(source, dependencies)
  if (!app) throw invalidFlow(diagnostics)
  const { tenant } = config
  const twin = (await store.read.listApps(tenant)).find(
    row => row.namespace === app.namespace && row.id === app.id && row.uid !== known?.uid,
  )
  if (twin)
    throw unprocessable('app-exists', `Invalid entity: app.id: The app "${app.namespace}.${app.id}" already exists.`)
  const nowMs = platform.nowMs()
  const { namespace, id, flowId } = app
  const uid = known?.uid ?? dependencies.newId()
  const row = { tenant, uid, namespace, id, flowId, source, createdMs: known?.createdMs ?? nowMs, updatedMs: nowMs }
  await store.perform('saveApp', row)
  return row
}

export async function getApp(uid: string, { store, config }: HttpDependencies): Promise<AppRow> {
  const row = await store.read.findApp({ tenant: config.tenant, uid })
  if (!row) throw notFound(`The app "${uid}"`)
  return row
}

export function appOf({ source }: AppRow, { saveWorld }: HttpDependencies): App | undefined {
  return parseApp(source, { catalogue: saveWorld.catalogue }).app
}

/** What lists show. */
export function describeApp(
  row: AppRow,
  dependencies: HttpDependencies,
): Readonly<Record<string, unknown>> & { readonly tags: readonly string[] } {
  const { uid, namespace, id, flowId, createdMs, updatedMs } = row
  const app = appOf(row, dependencies)
  return {
    ...{ uid, id, namespace, flowId },
    name: app?.displayName ?? id,
    ...(app?.description === undefined ? {} : { description: app.description }),
    type: 'EXECUTION',
    tags: app?.tags ?? [],
    enabled: app !== undefined && !app.disabled,
    access: app?.access ?? 'PRIVATE',
    isListed: app?.isListed ?? false,
    created: new Date(createdMs).toISOString(),
    updated: new Date(updatedMs).toISOString(),
  }
}

/** The document of the source, with what the server knows. */
export function presentApp(row: AppRow, dependencies: HttpDependencies): string {
  const { value = null } = parseYaml(row.source)
  const given = isMap(value) ? Object.fromEntries(mapEntries(value)) : {}
  const { uid, name, enabled, created, updated, access } = describeApp(row, dependencies)
  const head = { uid, name, enabled, created, updated, source: row.source }
  const own = JSON.stringify({
    ...head,
    access,
    id: row.id,
    namespace: row.namespace,
    flowId: row.flowId,
    tags: describeApp(row, dependencies).tags,
  })
  const rest = encodeValue(given)
  return rest === '{}' ? own : `${own.slice(0, -1)},"definition":${rest}}`
}

const DISABLED_LINE = /^disabled[ \t]*:.*$/m

export async function switchApp(row: AppRow, isDisabled: boolean, dependencies: HttpDependencies): Promise<AppRow> {
  const { source } = row
  const line = `disabled: ${isDisabled}`
  const text = DISABLED_LINE.test(source) ? source.replace(DISABLED_LINE, line) : `${source.trimEnd()}\n${line}\n`
  return await saveApp(text, row, dependencies)
}
