// `as` with its patterns, `reduce` and `foreach`.
import { isList, isMap, mapGet } from '../../std/value.ts'
import type { Value } from '../../std/value.ts'
import { compileJq, computed } from './compile-jq.ts'
import type { JqScope } from './scope-jq.ts'
import { jqType, raise } from './jq-error.ts'
import type { JqPath } from './paths-jq.ts'
import { bindValue } from './run-time-jq.ts'
import type { Env, Filter } from './run-time-jq.ts'
import type { JqForeach, JqNodeOf, JqPattern, JqPatternEntry } from './syntax-jq.ts'

type Bind = (value: Value, env: Env, body: (env: Env) => void) => void

interface CompiledPattern {
  readonly bind: Bind
  /** The names in sight behind the pattern. */
  readonly scope: JqScope
}

export function compilePattern(pattern: JqPattern, scope: JqScope): CompiledPattern {
  switch (pattern.type) {
    case 'variable':
      return {
        bind: (value, env, body) => body(bindValue(env, value)),
        scope: scope.withValue('variable', pattern.name),
      }
    case 'list':
      return compileAll(
        pattern.items.map((item, index) => inner => compileItem(item, index, inner)),
        scope,
      )
    case 'map':
      return compileAll(
        pattern.entries.map(entry => inner => compileEntry(entry, inner)),
        scope,
      )
  }
}

/** Parts of one pattern, each in the scope that the one before it leaves. */
function compileAll(parts: readonly ((scope: JqScope) => CompiledPattern)[], scope: JqScope): CompiledPattern {
  const compiled: CompiledPattern[] = []
  let current = scope
  for (const part of parts) {
    const pattern = part(current)
    compiled.push(pattern)
    current = pattern.scope
  }
  const bindFrom = (index: number, value: Value, env: Env, body: (env: Env) => void): void => {
    const pattern = compiled[index]
    if (pattern === undefined) body(env)
    else pattern.bind(value, env, inner => bindFrom(index + 1, value, inner, body))
  }
  return { bind: (value, env, body) => bindFrom(0, value, env, body), scope: current }
}

function compileItem(item: JqPattern, index: number, scope: JqScope): CompiledPattern {
  const pattern = compilePattern(item, scope)
  return {
    scope: pattern.scope,
    bind: (value, env, body) => {
      if (value !== null && !isList(value)) return raise(`Cannot index ${jqType(value)} with number`)
      pattern.bind(value?.[index] ?? null, env, body)
    },
  }
}

function compileEntry(entry: JqPatternEntry, scope: JqScope): CompiledPattern {
  const key = compileJq(entry.key, scope)
  const named = entry.variable === undefined ? scope : scope.withValue('variable', entry.variable)
  const pattern = entry.pattern && compilePattern(entry.pattern, named)
  return {
    scope: pattern?.scope ?? named,
    bind: (value, env, body) =>
      key(value, undefined, env, name => {
        const found = fieldOf(value, name)
        const inner = entry.variable === undefined ? env : bindValue(env, found)
        if (pattern === undefined) body(inner)
        else pattern.bind(found, inner, body)
      }),
  }
}

function fieldOf(value: Value, name: Value): Value {
  if (typeof name !== 'string') return raise(`Cannot index ${jqType(value)} with ${jqType(name)}`)
  if (value !== null && !isMap(value)) return raise(`Cannot index ${jqType(value)} with "${name}"`)
  return value === null ? null : (mapGet(value, name) ?? null)
}

interface State {
  readonly value: Value
  readonly path: JqPath | undefined
}

/** The last output of the update is the next state; none at all makes it null. */
export function compileReduce(node: JqNodeOf<'reduce'>, scope: JqScope): Filter {
  const source = compileJq(node.source, scope)
  const start = compileJq(node.start, scope)
  const pattern = compilePattern(node.pattern, scope)
  const update = compileJq(node.update, pattern.scope)
  return (input, path, env, emit) =>
    start(input, path, env, (value, at) => {
      let state: State = { value, path: at }
      source(input, undefined, env, item =>
        pattern.bind(item, env, inner => {
          const before = state
          let after: State = { value: null, path: computed(path) }
          update(before.value, before.path, inner, (next, nextPath) => {
            after = { value: next, path: nextPath }
          })
          state = after
        }),
      )
      emit(state.value, state.path)
    })
}

export function compileForeach(node: JqForeach, scope: JqScope): Filter {
  const source = compileJq(node.source, scope)
  const start = compileJq(node.start, scope)
  const pattern = compilePattern(node.pattern, scope)
  const update = compileJq(node.update, pattern.scope)
  const extract = node.extract && compileJq(node.extract, pattern.scope)
  return (input, path, env, emit) =>
    start(input, path, env, (value, at) => {
      let state: State = { value, path: at }
      source(input, undefined, env, item =>
        pattern.bind(item, env, inner =>
          update(state.value, state.path, inner, (next, nextPath) => {
            state = { value: next, path: nextPath }
            if (extract === undefined) emit(next, nextPath)
            else extract(next, nextPath, inner, emit)
          }),
        ),
      )
    })
}
