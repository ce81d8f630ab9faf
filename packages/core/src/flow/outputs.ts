import { isMap, mapFrom, mapGet } from '../std/value.ts'
import { storedOf } from '../std/stored-mark.ts'
import type { Value, ValueMap } from '../std/value.ts'
import { jsonText, printValue } from '../std/value-text.ts'
import type { Dialect, Output } from './flow.ts'
import { isEncrypted, parseTyped } from './input-value.ts'

export interface OutputProblem {
  readonly id: string
  readonly message: string
}

export interface ResolvedOutputs {
  /** Under their ids as they are, dots and all; absent when there are problems. */
  readonly values?: ValueMap
  readonly problems: readonly OutputProblem[]
}

export interface OutputContext {
  /** Encrypts the plain text of a SECRET; absent where no key is configured. */
  encrypt?(plain: string): Value
  /** Of the flow, 1 when absent: instants have as many digits as they need in 1, six in 2 (recorded). */
  readonly dialect?: Dialect
}

/** Types the rendered outputs of a flow. What is not required may be null, and then is left out. */
export function resolveOutputs(
  outputs: readonly Output[],
  rendered: ValueMap,
  context: OutputContext = {},
): ResolvedOutputs {
  const entries: [string, Value][] = []
  const problems: OutputProblem[] = []
  for (const output of outputs) {
    const value = mapGet(rendered, output.id) ?? null
    if (value === null) {
      if (output.required) problems.push({ id: output.id, message: `Missing required output: ${output.id}` })
      continue
    }
    const typed = typeOutput(output, value, context)
    if (typed.type === 'value') entries.push([output.id, typed.value])
    else
      problems.push({
        id: output.id,
        message: `Invalid output for \`${output.id}\`, ${typed.problem}, but received \`${output.type === 'SECRET' ? '***' : printValue(value)}\``,
      })
  }
  return problems.length > 0 ? { problems } : { values: mapFrom(entries), problems }
}

function typeOutput(output: Output, value: Value, context: OutputContext): ReturnType<typeof parseTyped> {
  // What is encrypted or lies in internal storage was rendered: of which type it is, who opens it sees.
  if (output.type === undefined || isEncrypted(value)) return { type: 'value', value }
  if (output.type !== 'SECRET' && storedOf(value)) return { type: 'value', value }
  if (output.type === 'STRING' && isMap(value)) return { type: 'value', value: jsonText(value) }
  const typed = parseTyped(value, { type: output.type, spelling: context.dialect === 2 ? 'input' : 'output' })
  if (output.type !== 'SECRET' || typed.type === 'problem') return typed
  if (context.encrypt === undefined)
    return { type: 'problem', problem: 'no encryption key is configured, so that a SECRET cannot be kept' }
  return { type: 'value', value: context.encrypt(printValue(typed.value)) }
}
