// `=`, `|=` and `+=` with its kin: the left side is asked for its paths, the values at them are replaced.
import type { Value } from '../../std/value.ts'
import { operate } from './arithmetic-jq.ts'
import { computed, isTruthy } from './compile-jq.ts'
import { describe, JqBreak, raise } from './jq-error.ts'
import { deletePaths, NO_PATH, pathToValue, ROOT, setPath } from './paths-jq.ts'
import type { Env, Filter } from './run-time-jq.ts'
import type { JqAssignment, JqOperator } from './syntax-jq.ts'

export function compileAssignment(operator: JqAssignment, left: Filter, right: Filter): Filter {
  if (operator === '|=') return (input, path, env, emit) => emit(update(input, left, right, env), computed(path))
  return (input, path, env, emit) =>
    right(input, undefined, env, operand => emit(assign({ operator, left, operand }, input, env), computed(path)))
}

/** The paths that a filter reaches in a value. */
export function pathsOf(input: Value, filter: Filter, env: Env): readonly (readonly Value[])[] {
  const paths: (readonly Value[])[] = []
  filter(input, ROOT, env, (value, path) => {
    env.run.fuel.spend(1)
    if (path === NO_PATH || path === undefined) raise(`Invalid path expression with result ${describe(value)}`)
    else paths.push(pathToValue(path))
  })
  return paths
}

interface Assigning {
  readonly operator: Exclude<JqAssignment, '|='>
  readonly left: Filter
  readonly operand: Value
}

function assign({ operator, left, operand }: Assigning, input: Value, env: Env): Value {
  const { fuel } = env.run
  const change = (old: Value): Value => {
    if (operator === '=') return operand
    if (operator === '//=') return isTruthy(old) ? old : operand
    return operate(ARITHMETIC[operator], old, operand, fuel)
  }
  return pathsOf(input, left, env).reduce((current: Value, path) => setPath(current, path, change, fuel), input)
}

const ARITHMETIC: Readonly<Record<Exclude<JqAssignment, '=' | '|=' | '//='>, JqOperator>> = {
  '+=': '+',
  '-=': '-',
  '*=': '*',
  '/=': '/',
  '%=': '%',
}

/** The first output of the right side replaces the value; where there is none, the value goes. */
function update(input: Value, left: Filter, right: Filter, env: Env): Value {
  const gone: (readonly Value[])[] = []
  const { fuel } = env.run
  const updated = pathsOf(input, left, env).reduce((current: Value, path) => {
    let hasValue = true
    const next = setPath(
      current,
      path,
      old => {
        const first = firstOutput(old, right, env)
        hasValue = first !== undefined
        return first ?? old
      },
      fuel,
    )
    if (!hasValue) gone.push(path)
    return next
  }, input)
  return deletePaths(updated, gone, fuel)
}

export function firstOutput(input: Value, filter: Filter, env: Env): Value | undefined {
  const mark = new JqBreak()
  const { depth } = env.run
  let first: Value | undefined
  try {
    filter(input, undefined, env, value => {
      first = value
      throw mark
    })
  } catch (error) {
    if (error !== mark) throw error
    env.run.restore(depth)
  }
  return first
}
