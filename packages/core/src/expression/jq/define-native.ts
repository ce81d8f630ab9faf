import type { Value } from '../../std/value.ts'
import { computed } from './compile-jq.ts'
import type { Env, Filter } from './run-time-jq.ts'

/** A function written here instead of in jq: from its arguments to a filter. */
export type Native = (args: readonly Filter[]) => Filter
export type NativeEntry = readonly [key: string, native: Native]

const NOTHING: Filter = () => undefined

/** Computes one value from the input. */
export function onInput(name: string, compute: (input: Value, env: Env) => Value): NativeEntry {
  return [`${name}/0`, () => (input, path, env, emit) => emit(compute(input, env), computed(path))]
}

/** One value for every output of the argument. */
export function onArgument(name: string, compute: (input: Value, argument: Value, env: Env) => Value): NativeEntry {
  return [
    `${name}/1`,
    ([argument = NOTHING]) =>
      (input, path, env, emit) =>
        argument(input, undefined, env, value => emit(compute(input, value, env), computed(path))),
  ]
}

/** One value for every pair of outputs; the second argument is the outer loop. */
export function onTwoArguments(
  name: string,
  compute: (input: Value, first: Value, second: Value, env: Env) => Value,
): NativeEntry {
  return [
    `${name}/2`,
    ([first = NOTHING, second = NOTHING]) =>
      (input, path, env, emit) =>
        second(input, undefined, env, right =>
          first(input, undefined, env, left => emit(compute(input, left, right, env), computed(path))),
        ),
  ]
}

/** A function that takes filters, not values. */
export function onFilters(name: string, argCount: number, native: (...args: Filter[]) => Filter): NativeEntry {
  return [`${name}/${argCount}`, args => native(...args)]
}

/** All outputs of a filter for one input. */
export function outputsOf(filter: Filter, input: Value, env: Env): readonly Value[] {
  const outputs: Value[] = []
  filter(input, undefined, env, value => {
    env.run.fuel.spend(1)
    outputs.push(value)
  })
  return outputs
}
