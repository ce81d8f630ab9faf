// Functions that steer: how often something is emitted, and when to stop.
import { isNumber } from '../../std/value.ts'
import type { Value } from '../../std/value.ts'
import { toNumber } from '../arithmetic.ts'
import { fail } from '../fault.ts'
import type { Fuel } from '../fuel.ts'
import { add, narrow } from './arithmetic-jq.ts'
import { firstOutput } from './assign-jq.ts'
import { computed, isTruthy } from './compile-jq.ts'
import { onFilters, onInput } from './define-native.ts'
import type { NativeEntry } from './define-native.ts'
import { recurse } from './iterate-jq.ts'
import { JqBreak, JqError, raise } from './jq-error.ts'
import { compareJq } from './order-jq.ts'
import type { JqPath } from './paths-jq.ts'
import type { Filter } from './run-time-jq.ts'

export const FLOW_NATIVES: readonly NativeEntry[] = [
  onFilters('empty', 0, () => () => undefined),
  onInput('not', input => !isTruthy(input)),
  onInput('error', input => {
    throw new JqError(input)
  }),
  onFilters('error', 1, message => (input, _path, env) => {
    message(input, undefined, env, value => {
      throw new JqError(value)
    })
  }),
  onFilters('env', 0, () => fail('VALUE', 'A jq program cannot read the environment')),
  onFilters('input', 0, () => () => raise('No more inputs')),
  onFilters('inputs', 0, () => () => undefined),
  onFilters('debug', 0, () => (input, path, _env, emit) => emit(input, path)),
  onFilters('debug', 1, () => (input, path, _env, emit) => emit(input, path)),
  onFilters('stderr', 0, () => (input, path, _env, emit) => emit(input, path)),
  onInput('input_filename', () => null),
  onInput('input_line_number', () => 0),
  onFilters('first', 1, body => stopAfter(1, body)),
  onFilters('limit', 2, compileLimit),
  onFilters(
    'isempty',
    1,
    body => (input, path, env, emit) => emit(firstOutput(input, body, env) === undefined, computed(path)),
  ),
  onFilters('any', 2, (source, condition) => compileQuantifier(source, condition, true)),
  onFilters('all', 2, (source, condition) => compileQuantifier(source, condition, false)),
  onFilters('range', 1, to => compileRange(constant(0), to, undefined)),
  onFilters('range', 2, (from, to) => compileRange(from, to, undefined)),
  onFilters('range', 3, compileRange),
  onFilters('recurse', 0, () => (input, path, env, emit) => recurse(input, path, env.run, emit)),
  onFilters('recurse', 1, step => explore(step, EMIT_ALWAYS)),
  onFilters('recurse', 2, (step, condition) => explore(filterBy(step, condition), EMIT_ALWAYS)),
  onFilters('recurse_down', 0, () => (input, path, env, emit) => recurse(input, path, env.run, emit)),
  onFilters('repeat', 1, step => explore(step, EMIT_ALWAYS)),
  onFilters('while', 2, (condition, step) => explore(step, condition)),
  onFilters('until', 2, compileUntil),
]

function constant(value: Value): Filter {
  return (_input, path, _env, emit) => emit(value, computed(path))
}

const EMIT_ALWAYS: Filter = constant(true)

/** Emits at most so many outputs and leaves the rest of the generator unborn. */
function stopAfter(count: number, body: Filter): Filter {
  return (input, path, env, emit) => {
    const mark = new JqBreak()
    const { depth } = env.run
    let left = count
    try {
      body(input, path, env, (value, at) => {
        left--
        emit(value, at)
        if (left <= 0) throw mark
      })
    } catch (error) {
      if (error !== mark) throw error
      env.run.restore(depth)
    }
  }
}

function compileLimit(count: Filter, body: Filter): Filter {
  return (input, path, env, emit) =>
    count(input, undefined, env, value => {
      const number = isNumber(value) ? toNumber(value) : raise('limit needs a number')
      if (number < 0) body(input, path, env, emit)
      else if (number > 0) stopAfter(Math.ceil(number), body)(input, path, env, emit)
    })
}

/** Stops at the first output that decides. */
function compileQuantifier(source: Filter, condition: Filter, wanted: boolean): Filter {
  return (input, path, env, emit) => {
    const deciding: Filter = (value, at, inner, emitInner) =>
      source(value, at, inner, item =>
        condition(item, undefined, inner, verdict => {
          if (isTruthy(verdict) === wanted) emitInner(true, undefined)
        }),
      )
    const isDecided = firstOutput(input, deciding, env) !== undefined
    emit(isDecided === wanted, computed(path))
  }
}

function compileRange(from: Filter, to: Filter, by: Filter | undefined): Filter {
  const step = by ?? constant(1)
  return (input, path, env, emit) =>
    from(input, undefined, env, start =>
      to(input, undefined, env, end =>
        step(input, undefined, env, increment => {
          if (!isNumber(start) || !isNumber(end) || !isNumber(increment)) {
            return raise('Range bounds must be numeric')
          }
          emitRange([start, end, increment], env.run.fuel, value => emit(value, computed(path)))
        }),
      ),
    )
}

function emitRange(
  [start, end, increment]: readonly [Value, Value, Value],
  fuel: Fuel,
  emit: (value: Value) => void,
): void {
  const direction = compareJq(0, increment, fuel)
  if (direction === 0) return
  for (let current = start; compareJq(current, end, fuel) === direction; current = add(current, increment, fuel)) {
    emit(typeof current === 'object' && isNumber(current) ? narrow(toNumber(current)) : current)
  }
}

function filterBy(step: Filter, condition: Filter): Filter {
  return (input, path, env, emit) =>
    step(input, path, env, (value, at) =>
      condition(value, undefined, env, verdict => {
        if (isTruthy(verdict)) emit(value, at)
      }),
    )
}

interface Place {
  readonly value: Value
  readonly path: JqPath | undefined
}

/** A value and all that a step makes of it again and again, depth first, as long as the condition holds. Without recursion, for it may be long. */
function explore(step: Filter, condition: Filter): Filter {
  return (input, path, env, emit) => {
    const places: Place[] = [{ value: input, path }]
    for (let place = places.pop(); place !== undefined; place = places.pop()) {
      const current = place
      env.run.fuel.spend(1)
      const next: Place[] = []
      condition(current.value, undefined, env, verdict => {
        if (!isTruthy(verdict)) return
        emit(current.value, current.path)
        step(current.value, current.path, env, (value, at) => next.push({ value, path: at }))
      })
      places.push(...next.reverse())
    }
  }
}

function compileUntil(condition: Filter, step: Filter): Filter {
  return (input, path, env, emit) => {
    const places: Place[] = [{ value: input, path }]
    for (let place = places.pop(); place !== undefined; place = places.pop()) {
      const current = place
      env.run.fuel.spend(1)
      const next: Place[] = []
      condition(current.value, undefined, env, verdict => {
        if (isTruthy(verdict)) emit(current.value, current.path)
        else step(current.value, current.path, env, (value, at) => next.push({ value, path: at }))
      })
      places.push(...next.reverse())
    }
  }
}
