// The report on inputs that forms of clients show while they are filled in.
import {
  encodeValue,
  evaluateAsync,
  mapEntries,
  mapFrom,
  mapGet,
  type Input,
  type ResolvedInput,
  type ResolvedInputs,
  type Value,
} from '@batuta/core'
import { resolve, scopeOf, watchSecrets } from '../../flows/births.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { jsonText, type Reply } from '../reply.ts'
import { failedChecks } from './checks.ts'
import { askOf } from './prepare-execution.ts'
import { readForm } from './read-form.ts'
import { planToStart, type StartCall } from './start-execution.ts'

export async function validateInputs(call: StartCall, dependencies: HttpDependencies): Promise<Reply> {
  const plan = await planToStart(call, dependencies)
  const form = await readForm(call.incoming, { plan, executionId: dependencies.newId() })
  const world = dependencies.startWorld()
  const request = { plan, inputs: form.inputs, isForm: form.isText }
  const secrets = watchSecrets(world)
  const ask = secrets.watch(askOf(plan, '', dependencies))
  const resolved = await evaluateAsync(scope => resolve(request, world, scope), scopeOf(plan, world), ask)
  const checks = resolved.values ? await failedChecks(plan, resolved.values, dependencies) : []
  const inputs = `[${resolved.perInput.map(reportInput).join(',')}]`
  return jsonText(
    secrets.mask(
      `{"id":${JSON.stringify(plan.flow.id)},"namespace":"${plan.flow.namespace}","inputs":${inputs},"checks":${JSON.stringify(checks)}}`,
    ),
  )
}

export function reportInput({
  id,
  input,
  isEnabled,
  isDefault,
  value,
  choices,
  problems,
}: ResolvedInputs['perInput'][number]): string {
  const shown = value === undefined || value === null || !isEnabled ? '' : `"value":${encodeValue(value)},`
  const errors = problems.length === 0 ? '' : `,"errors":${JSON.stringify(problems.map(message => ({ message })))}`
  return `{"input":${encodeValue(describeInput(id, input, choices))},${shown}"enabled":${isEnabled},"isDefault":${isDefault}${errors}}`
}

function describeInput(id: string, input: Input, choices: ResolvedInput['choices']): Value {
  const { type, required, description, displayName, defaults, dependsOn, properties } = input
  const entries: [string, Value][] = [
    ['id', id],
    ['type', type],
    ['required', required],
  ]
  if (description !== undefined) entries.push(['description', description])
  if (displayName !== undefined) entries.push(['displayName', displayName])
  if (defaults !== undefined) entries.push(['defaults', defaults])
  if (dependsOn)
    entries.push([
      'dependsOn',
      { inputs: dependsOn.inputs, ...(dependsOn.condition === undefined ? {} : { condition: dependsOn.condition }) },
    ])
  for (const [key, value] of mapEntries(properties)) entries.push([key, value])
  if (choices && mapGet(properties, 'expression') !== undefined) entries.push(['values', choices])
  return mapFrom(entries)
}
