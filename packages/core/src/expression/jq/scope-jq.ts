import type { Filter } from './run-time-jq.ts'

/** A name that is visible at some place of the program. */
type Binding =
  | { readonly type: 'variable'; readonly name: string; readonly level: number }
  | { readonly type: 'parameter'; readonly name: string; readonly level: number }
  | { readonly type: 'label'; readonly name: string; readonly level: number }
  | { readonly type: 'function'; readonly key: string; readonly level: number; readonly compiled: CompiledFunction }

export interface CompiledFunction {
  readonly parameterCount: number
  /** Present once the body is compiled; a recursive call finds it at run time. */
  body: Filter | undefined
}

/** The names in sight; `level` counts the links of the environment at run time. */
export class JqScope {
  readonly #bindings: readonly Binding[]
  readonly level: number

  constructor(bindings: readonly Binding[] = [], level = 0) {
    this.#bindings = bindings
    this.level = level
  }

  withValue(type: 'variable' | 'parameter' | 'label', name: string): JqScope {
    return new JqScope([...this.#bindings, { type, name, level: this.level + 1 }], this.level + 1)
  }

  withFunction(key: string, compiled: CompiledFunction): JqScope {
    return new JqScope([...this.#bindings, { type: 'function', key, level: this.level, compiled }], this.level)
  }

  findVariable(name: string): number | undefined {
    return this.#bindings.findLast(binding => binding.type === 'variable' && binding.name === name)?.level
  }

  findLabel(name: string): number | undefined {
    return this.#bindings.findLast(binding => binding.type === 'label' && binding.name === name)?.level
  }

  findFunction(name: string, argCount: number): Binding | undefined {
    const key = `${name}/${argCount}`
    return this.#bindings.findLast(
      binding =>
        (binding.type === 'function' && binding.key === key) ||
        (binding.type === 'parameter' && argCount === 0 && binding.name === name),
    )
  }
}
