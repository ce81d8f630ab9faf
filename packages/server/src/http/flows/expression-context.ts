// What the expressions of a task may name: what the flow declares, and what its namespace holds – names only, never a value.
import {
  NAMESPACE_VARIABLES,
  encodeValue,
  expressionCatalogue,
  expressionNames,
  namespaceRoot,
  type CatalogueEntry,
  type Dialect,
} from '@batuta/core'
import { judgeFlow } from '../../flows/save-flow.ts'
import { isAlive } from '../../keys/key-store.ts'
import { withAncestors } from '../../namespaces/ancestors.ts'
import { NamespaceFiles } from '../../namespaces/namespace-files.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { notFound } from '../request-error.ts'
import { invalidFlow } from './report-flow.ts'

const NAMES_MAX = 1_000

export async function expressionContext(
  source: string,
  taskId: string | undefined,
  dependencies: HttpDependencies,
): Promise<string> {
  const { saveWorld, namespaces } = dependencies
  const { flow, diagnostics } = judgeFlow(source, saveWorld)
  if (!flow) throw invalidFlow(diagnostics)
  const names = expressionNames(flow, saveWorld.catalogue, taskId)
  if (!names) throw notFound(`The task "${taskId}" of the flow "${flow.namespace}.${flow.id}"`)
  const { namespace, dialect } = flow
  await namespaces.load()
  const variables = namespaceRoot(new Map([[NAMESPACE_VARIABLES, namespaces.variables]]), namespace) ?? {}
  const rest = {
    ...names,
    secrets: await secretsOf(namespace, dependencies),
    kv: await keysOf(namespace, dependencies),
    files: await filesOf(namespace, dependencies),
    filters: entriesOf('filter', dialect),
    functions: entriesOf('function', dialect),
  }
  return `${JSON.stringify(rest).slice(0, -1)},"namespace":${encodeValue(variables)}}`
}

async function secretsOf(namespace: string, { store, config, secrets }: HttpDependencies): Promise<readonly string[]> {
  const names = new Set(secrets.environmentSecrets.keys())
  for (const each of withAncestors(namespace))
    for (const { key } of await store.read.listSecrets(config.tenant, each)) names.add(key)
  return [...names].sort().slice(0, NAMES_MAX)
}

async function keysOf(namespace: string, { store, config, platform }: HttpDependencies): Promise<readonly string[]> {
  const names = new Set<string>()
  for (const each of withAncestors(namespace))
    for (const row of await store.read.listKeys(config.tenant, each))
      if (isAlive(row, { nowMs: () => platform.nowMs() })) names.add(row.key)
  return [...names].sort().slice(0, NAMES_MAX)
}

async function filesOf(namespace: string, { files }: HttpDependencies): Promise<readonly string[]> {
  const found = await new NamespaceFiles(files, namespace).list()
  return found.slice(0, NAMES_MAX).map(({ path }) => path)
}

function entriesOf(
  kind: CatalogueEntry['kind'],
  dialect: Dialect,
): readonly { readonly name: string; readonly arguments: readonly string[] }[] {
  return expressionCatalogue(dialect)
    .filter(entry => entry.kind === kind)
    .map(({ name, parameters }) => ({ name, arguments: parameters }))
    .sort((left, right) => (left.name < right.name ? -1 : 1))
}
