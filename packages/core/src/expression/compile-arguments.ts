import type { Value } from '../std/value.ts'
import { compileExpression } from './compile-expression.ts'
import type { CompileUnit } from './compile-unit.ts'
import type { Args } from './definition.ts'
import { Fault } from './fault.ts'
import type { Frame } from './frame.ts'
import { nearestName } from './nearest-name.ts'
import type { Call, Expression } from './syntax.ts'

type RunArgs = (frame: Frame) => Args

const NO_ARGUMENTS: Args = []

/** Lets the definition look at its constant arguments; what it finds becomes a problem of the template. */
export function checkConstants(
  call: Call,
  {
    parameters,
    checkArguments,
  }: { readonly parameters: readonly string[]; readonly checkArguments?: (args: Args) => void },
  unit: CompileUnit,
): void {
  if (checkArguments === undefined) return
  const args: (Value | undefined)[] = call.positional.map(constantOf)
  for (const { name, value } of call.named) args[parameters.indexOf(name)] = constantOf(value)
  try {
    checkArguments(args)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    unit.problems.push({ kind: error.kind, message: error.message, at: call.at })
  }
}

function constantOf(expression: Expression): Value | undefined {
  return expression.type === 'literal' && expression.value !== null ? expression.value : undefined
}

/** The arguments by position of the parameters; positional ones first, a name given as well wins. */
export function compileArguments(call: Call, parameters: readonly string[], unit: CompileUnit): RunArgs {
  if (call.positional.length + call.named.length === 0) return () => NO_ARGUMENTS
  const positional = call.positional.map(argument => compileExpression(argument, unit))
  const named = call.named.map(({ name, value }) => ({
    index: parameters.indexOf(name),
    run: compileExpression(value, unit),
  }))
  if (parameters.length > 0) {
    const problem = findProblem(call, parameters)
    if (problem !== undefined) {
      unit.problems.push({ kind: 'ARGUMENT', message: problem.message, at: call.at, suggestion: problem.suggestion })
      return () => {
        throw new Fault('ARGUMENT', problem.message, { at: call.at })
      }
    }
  }
  if (named.length === 0) return frame => positional.map(run => run(frame))
  return frame => {
    const args: (Value | undefined)[] = positional.map(run => run(frame))
    for (const { index, run } of named) {
      const value = run(frame)
      if (index >= 0) args[index] = value
    }
    return args
  }
}

function findProblem(
  { name, positional, named }: Call,
  parameters: readonly string[],
): { readonly message: string; readonly suggestion?: string | undefined } | undefined {
  if (positional.length > parameters.length) {
    const list = parameters.join(', ')
    return { message: `\`${name}\` takes at most ${parameters.length} arguments (${list}), not ${positional.length}` }
  }
  const stranger = named.find(argument => !parameters.includes(argument.name))
  if (stranger === undefined) return undefined
  return {
    message: `\`${name}\` has no parameter \`${stranger.name}\``,
    suggestion: nearestName(stranger.name, parameters),
  }
}
