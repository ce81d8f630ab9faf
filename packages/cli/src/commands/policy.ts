// batuta policy …: what flows may be, of the tenant or of a namespace.
import { readFile } from 'node:fs/promises'
import { isMap, mapGet, parseYaml, printValue } from '@batuta/core'
import { connect } from '../connect.ts'
import { EXIT, type ExitCode } from '../exit-code.ts'
import type { GlobalOptions } from '../global-options.ts'
import { printJson, printLine, printTable } from '../print.ts'

export interface PolicyOptions extends GlobalOptions {
  /** Of the tenant without one. */
  readonly namespace?: string
}

const SIZE_MAX = 1_000

export async function policyList(options: PolicyOptions): Promise<ExitCode> {
  const { namespace } = options
  const client = connect(options)
  const query = { size: SIZE_MAX }
  const found =
    namespace === undefined
      ? await client.policies.search({ query })
      : await client.namespacePolicies.search({ params: { namespace }, query })
  if (options.json) printJson(found)
  else
    printTable(
      ['POLICY', 'ENFORCEMENT', 'RULES', 'TITLE'],
      found.results.map(({ id, enforcement, rules, displayName }) => [
        id,
        enforcement,
        String(rules.length),
        displayName ?? '',
      ]),
    )
  return EXIT.ok
}

export async function policyGet(id: string, options: PolicyOptions): Promise<ExitCode> {
  const { namespace } = options
  const client = connect(options)
  const policy =
    namespace === undefined
      ? await client.policies.get({ params: { id } })
      : await client.namespacePolicies.get({ params: { namespace, id } })
  if (options.json) printJson(policy)
  else printLine(policy.source.trimEnd())
  return EXIT.ok
}

/** Makes it, or changes it where it is there. */
export async function policyApply(file: string, options: PolicyOptions): Promise<ExitCode> {
  const { namespace } = options
  const source = await readFile(file === '-' ? '/dev/stdin' : file, 'utf8')
  const { value } = parseYaml(source)
  const id = printValue(
    (value !== undefined && value !== null && isMap(value) ? mapGet(value, 'id') : undefined) ?? null,
  )
  const client = connect(options)
  const query = { size: SIZE_MAX }
  const body = { source }
  if (namespace === undefined) {
    const { results } = await client.policies.search({ query })
    await (results.some(each => each.id === id)
      ? client.policies.update({ params: { id }, body })
      : client.policies.create({ body }))
  } else {
    const { results } = await client.namespacePolicies.search({ params: { namespace }, query })
    await (results.some(each => each.id === id)
      ? client.namespacePolicies.update({ params: { namespace, id }, body })
      : client.namespacePolicies.create({ params: { namespace }, body }))
  }
  if (!options.json) printLine(`applied ${id}`)
  return EXIT.ok
}

export async function policyDelete(id: string, options: PolicyOptions): Promise<ExitCode> {
  const { namespace } = options
  const client = connect(options)
  if (namespace === undefined) await client.policies.delete({ params: { id } })
  else await client.namespacePolicies.delete({ params: { namespace, id } })
  if (!options.json) printLine(`deleted ${id}`)
  return EXIT.ok
}

export async function policyEvaluate(id: string, options: PolicyOptions): Promise<ExitCode> {
  const { namespace } = options
  const client = connect(options)
  const query = { size: SIZE_MAX }
  const found =
    namespace === undefined
      ? await client.policies.evaluate({ params: { id }, query })
      : await client.namespacePolicies.evaluate({ params: { namespace, id }, query })
  if (options.json) printJson(found)
  else {
    for (const { namespace: of, flowId, violations } of found.results)
      for (const { path, message } of violations)
        printLine(`${of}.${flowId}${path === '' ? '' : ` ${path}`}: ${message}`)
    printLine(`${found.total} of ${found.flows} flows break ${id}`)
  }
  return EXIT.ok
}
