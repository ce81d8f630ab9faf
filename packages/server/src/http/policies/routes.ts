import {
  FLOW_SIZE_MAX,
  fromPlain,
  parseYaml,
  readPolicy,
  splitDocuments,
  toPlain,
  type Policy,
  type PolicyViolation,
  type Value,
} from '@batuta/core'
import { judgeFlow } from '../../flows/save-flow.ts'
import { isAtOrAbove } from '../../namespaces/ancestors.ts'
import type { KeptPolicy, PolicyBook, PolicyScope } from '../../policies/policy-book.ts'
import type { Caller } from '../../access/caller.ts'
import type { HttpDependencies } from '../dependencies.ts'
import type { Handlers } from '../exchange.ts'
import { readUpload } from '../flows/bulk-routes.ts'
import { mapInTurns } from '../map-in-turns.ts'
import { empty, json, narrowed, type Reply } from '../reply.ts'
import { RequestError, notFound, unprocessable } from '../request-error.ts'

interface Params {
  readonly namespace?: string
}

interface OneParams extends Params {
  readonly id: string
}

interface Given {
  readonly source?: string
  readonly content?: string
  readonly id?: string
}

interface Page {
  readonly page?: number
  readonly size?: number
  readonly q?: string
}

interface PolicyHandlers {
  search(call: { readonly params: Params; readonly query: Page }): Reply
  get(call: { readonly params: OneParams }): Reply
  evaluate(call: { readonly params: OneParams; readonly query: Page }): Promise<Reply>
  export(call: { readonly params: Params }): Reply
  exportByIds(call: { readonly params: Params; readonly body: readonly string[] }): Reply
  create(call: { readonly params: Params; readonly body: Given }): Promise<Reply>
  update(call: { readonly params: OneParams; readonly body: Given }): Promise<Reply>
  delete(call: { readonly params: OneParams }): Promise<Reply>
  deleteByIds(call: { readonly params: Params; readonly body: readonly string[] }): Promise<Reply>
}

export function instancePolicyHandlers(dependencies: HttpDependencies): Handlers<'instancePolicies'> {
  return handlersOf(dependencies, () => ({ type: 'instance' }))
}

export function namespacePolicyHandlers(dependencies: HttpDependencies): Handlers<'namespacePolicies'> {
  return handlersOf(dependencies, ({ namespace = '' }) => ({ type: 'namespace', namespace }))
}

export function policyHandlers(dependencies: HttpDependencies): Handlers<'policies'> {
  return {
    ...handlersOf(dependencies, () => ({ type: 'tenant' })),
    preview: ({ body, caller }) => previewOf(body, caller, dependencies),
    import: async ({ incoming }) => {
      const book = bookOf(dependencies)
      const [imported, errors]: [string[], { index: number; message: string }[]] = [[], []]
      const documents = (await readUpload(incoming)).flatMap(({ text }) => splitDocuments(text))
      for (const [index, source] of documents.entries())
        try {
          imported.push((await book.save({ type: 'tenant' }, source, valueOf(source))).policy.id)
        } catch (error) {
          errors.push({ index, message: error instanceof Error ? error.message : String(error) })
        }
      return json({ imported, errors })
    },
  }
}

function handlersOf(dependencies: HttpDependencies, scopeOf: (params: Params) => PolicyScope): PolicyHandlers {
  const listOf = (params: Params): readonly KeptPolicy[] => {
    const scope = scopeOf(params)
    return bookOf(dependencies)
      .all()
      .filter(kept => isSame(kept.scope, scope))
  }
  const getOf = (params: OneParams): KeptPolicy => {
    const found = listOf(params).find(({ policy }) => policy.id === params.id)
    if (!found) throw notFound(`The policy "${params.id}"`)
    return found
  }
  return {
    search: ({ params, query: { page = 1, size = 10, q } }) => {
      const wanted = q?.toLowerCase() ?? ''
      const found = listOf(params).filter(({ policy }) => textOf(policy).includes(wanted))
      return json({ results: found.slice((page - 1) * size, page * size).map(presented), total: found.length })
    },
    get: ({ params }) => json(presented(getOf(params))),
    evaluate: async ({ params, query }) => json(await evaluated(getOf(params), query, dependencies)),
    export: ({ params }) => documents(listOf(params)),
    exportByIds: ({ params, body }) => documents(listOf(params).filter(({ policy }) => body.includes(policy.id))),
    create: async ({ params, body }) => {
      const { source, value } = written(body)
      const id = readPolicy(value).policy?.id
      if (id !== undefined && listOf(params).some(({ policy }) => policy.id === id))
        throw new RequestError(409, 'policy-exists', `There is a policy "${id}" already: change that one.`)
      return json(presented(await bookOf(dependencies).save(scopeOf(params), source, value)))
    },
    update: async ({ params, body }) => {
      getOf(params)
      const { source, value } = written({ id: params.id, ...body })
      const id = readPolicy(value).policy?.id
      if (id !== undefined && id !== params.id)
        throw unprocessable('policy-invalid', `The policy "${params.id}" cannot become "${id}": an id stays as it is.`)
      return json(presented(await bookOf(dependencies).save(scopeOf(params), source, value)))
    },
    delete: async ({ params }) => {
      if (getOf(params).isStatic) throw fixed(params.id)
      await bookOf(dependencies).delete(scopeOf(params), params.id)
      return empty(204)
    },
    deleteByIds: async ({ params, body }) => {
      let count = 0
      for (const id of body) if (await bookOf(dependencies).delete(scopeOf(params), id)) count += 1
      return json({ count })
    },
  }
}

function bookOf({ saveWorld }: HttpDependencies): PolicyBook {
  if (saveWorld.policies) return saveWorld.policies
  throw new RequestError(501, 'policies-absent', 'This server keeps no policies.')
}

function fixed(id: string): RequestError {
  return new RequestError(409, 'policy-static', `The policy "${id}" stands in the configuration: change it there.`)
}

function isSame(left: PolicyScope, right: PolicyScope): boolean {
  if (left.type !== right.type) return false
  return left.type !== 'namespace' || right.type !== 'namespace' || left.namespace === right.namespace
}

function textOf({ id, displayName = '', description = '' }: Policy): string {
  return `${id} ${displayName} ${description}`.toLowerCase()
}

/** YAML, or the fields of the body. */
function written({ source, content, ...fields }: Given): { readonly source: string; readonly value: Value } {
  const text = source ?? content
  if (text === undefined) return { source: JSON.stringify(fields, narrowed, 2), value: fromPlain(fields) }
  return { source: text, value: valueOf(text) }
}

function valueOf(source: string): Value {
  const { value, problem } = parseYaml(source.slice(0, FLOW_SIZE_MAX))
  if (problem !== undefined || value === undefined)
    throw unprocessable('policy-invalid', `The policy cannot be read: ${problem ?? 'it is empty'}`)
  return value
}

function presented({
  scope,
  policy,
  source,
  isStatic,
  createdMs,
  updatedMs,
}: KeptPolicy): Readonly<Record<string, unknown>> {
  const { id, displayName, description, enforcement, namespaces, tenants } = policy
  const rules = rulesIn(source)
  return {
    ...{ id, displayName, description, enforcement, target: { tenants, namespaces }, rules, source },
    scope: scope.type.toUpperCase(),
    ...(scope.type === 'namespace' && { namespace: scope.namespace }),
    isStatic,
    ...(isStatic ? {} : { created: new Date(createdMs).toISOString(), updated: new Date(updatedMs).toISOString() }),
  }
}

/** As they were written. */
function rulesIn(source: string): unknown {
  const { value } = parseYaml(source)
  const plain = value === undefined ? {} : toPlain(value)
  return typeof plain === 'object' && plain !== null && 'rules' in plain ? plain.rules : []
}

function documents(kept: readonly KeptPolicy[]): Reply {
  const body = kept.map(({ source }) => `${source.trimEnd()}\n`).join('---\n')
  const headers = { 'content-disposition': 'attachment; filename="policies.yaml"' }
  return { type: 'body', status: 200, contentType: 'application/octet-stream', body, headers }
}

interface Broken {
  readonly namespace: string
  readonly flowId: string
  readonly violations: readonly PolicyViolation[]
}

/** As if it were active, over the flows that it holds for. */
async function evaluated(
  { policy, scope }: KeptPolicy,
  { page = 1, size = 25 }: Page,
  dependencies: HttpDependencies,
): Promise<Readonly<Record<string, unknown>>> {
  const { flows, config, platform } = dependencies
  const active: Policy = policy.enforcement === 'REFERENCE' ? policy : { ...policy, enforcement: 'ACTIVE' }
  const entries = [...flows.all()].filter(
    ({ tenant, namespace }) =>
      tenant === config.tenant &&
      (scope.type !== 'namespace' || isAtOrAbove(scope.namespace, namespace)) &&
      (policy.namespaces.length === 0 || policy.namespaces.some(above => isAtOrAbove(above, namespace))),
  )
  const judged = await mapInTurns(
    entries,
    (entry): Broken => {
      const flow = flows.flowOf(entry)
      const violations = flow ? bookOf(dependencies).judgeBy(flow, [active]) : []
      return { namespace: entry.namespace, flowId: entry.flowId, violations }
    },
    platform,
  )
  const broken = judged.filter(({ violations }) => violations.length > 0)
  const results = broken.slice((page - 1) * size, page * size)
  return { policyId: policy.id, flows: entries.length, results, total: broken.length }
}

function previewOf(
  { source, policy }: { readonly source: string; readonly policy?: string },
  { grants }: Caller,
  { saveWorld }: HttpDependencies,
): Reply {
  const book = saveWorld.policies
  const { policies: _policies, ...world } = saveWorld
  const { flow, diagnostics } = judgeFlow(source, world)
  if (!flow || !book)
    throw unprocessable(
      'flow-invalid',
      `The flow cannot be read: ${diagnostics.find(({ severity }) => severity === 'error')?.message ?? ''}`,
    )
  // What holds elsewhere is nobody's business who may not look there.
  if (!grants.may('FLOW', 'READ', flow.namespace)) throw notFound(`The namespace "${flow.namespace}"`)
  const holding = policy === undefined ? book.of(flow.namespace) : [read(policy)]
  const violations = book.judgeBy(book.withLabels(flow), holding)
  const isBlocked = violations.some(({ isBlocking }) => isBlocking)
  return json({ isBlocked, violations, policies: holding.map(({ id }) => id) })
}

function read(source: string): Policy {
  const { policy, problems } = readPolicy(valueOf(source))
  if (policy) return policy
  throw unprocessable('policy-invalid', `The policy cannot be read: ${problems.join('; ')}.`)
}
