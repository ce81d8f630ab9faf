// jq programs become closures that call back for each output. Names are resolved here: at run time a variable is a number of steps.
import { isList, isMap, isNumber, mapFrom } from '../../std/value.ts'
import type { Value } from '../../std/value.ts'
import { toNumber } from '../arithmetic.ts'
import { fail } from '../fault.ts'
import { narrow, operate } from './arithmetic-jq.ts'
import { compileBreak, compileCall, compileLabel, define } from './call-jq.ts'
import { compileAssignment } from './assign-jq.ts'
import { describe, JqError, jqType, raise } from './jq-error.ts'
import { childOf, NO_PATH, sliceOf } from './paths-jq.ts'
import type { JqPath } from './paths-jq.ts'
import { iterate, recurse } from './iterate-jq.ts'
import { compileForeach, compilePattern, compileReduce } from './bind-jq.ts'
import { ancestor } from './run-time-jq.ts'
import type { Env, Filter } from './run-time-jq.ts'
import type { JqScope } from './scope-jq.ts'
import type { JqIndex, JqNode, JqNodeOf, JqOperator, JqSlice } from './syntax-jq.ts'
import { formatValue, toText } from './text-jq.ts'

export function compileJq(node: JqNode, scope: JqScope): Filter {
  switch (node.type) {
    case 'identity':
      return (input, path, _env, emit) => emit(input, path)
    case 'recurse':
      return (input, path, env, emit) => recurse(input, path, env.run, emit)
    case 'literal':
      return constant(node.value)
    case 'text':
      return compileText(node.parts, node.format, scope)
    case 'format':
      return compute((input, env) => formatValue(node.name, input, env.run.fuel))
    case 'index':
      return compileIndex(node, scope)
    case 'slice':
      return compileSlice(node, scope)
    case 'iterate':
      return compileIterate(compileJq(node.target, scope), node.isOptional)
    case 'try':
      return compileTry(compileJq(node.body, scope), node.handler && compileJq(node.handler, scope))
    case 'negate':
      return compileNegate(compileJq(node.operand, scope))
    case 'pipe':
      return compilePipe(compileJq(node.left, scope), compileJq(node.right, scope))
    case 'comma':
      return compileComma(compileJq(node.left, scope), compileJq(node.right, scope))
    case 'binary':
      return compileBinary(node.operator, compileJq(node.left, scope), compileJq(node.right, scope))
    case 'logic':
      return compileLogic(node.operator, compileJq(node.left, scope), compileJq(node.right, scope))
    case 'assign':
      return compileAssignment(node.operator, compileJq(node.left, scope), compileJq(node.right, scope))
    case 'if':
      return compileIf(node, scope)
    case 'list':
      return compileList(node.body && compileJq(node.body, scope))
    case 'map':
      return compileMap(node.entries.map(([key, value]) => [compileJq(key, scope), compileJq(value, scope)]))
    case 'variable':
      return compileVariable(node.name, scope)
    case 'bind':
      return compileBind(node, scope)
    case 'reduce':
      return compileReduce(node, scope)
    case 'foreach':
      return compileForeach(node, scope)
    case 'def':
      return compileJq(node.body, define(node.definition, scope))
    case 'call':
      return compileCall(node.name, node.args, scope)
    case 'label':
      return compileLabel(compileJq(node.body, scope.withValue('label', node.name)))
    case 'break':
      return compileBreak(node.name, scope)
  }
}

export function isTruthy(value: Value): boolean {
  return value !== null && value !== false
}

/** The path of something that was computed: none, and an error as soon as somebody asks for it. */
export function computed(path: JqPath | undefined): JqPath | undefined {
  return path === undefined ? undefined : NO_PATH
}

/** `NO_PATH` cannot be continued. */
export function extend(path: JqPath | undefined, key: Value, of: Value): JqPath | undefined {
  if (path === NO_PATH) return raise(`Invalid path expression with result ${describe(of)}`)
  return path === undefined ? undefined : { parent: path, key }
}

function constant(value: Value): Filter {
  return (_input, path, _env, emit) => emit(value, computed(path))
}

function compute(function_: (input: Value, env: Env) => Value): Filter {
  return (input, path, env, emit) => emit(function_(input, env), computed(path))
}

function compileIterate(target: Filter, isOptional: boolean): Filter {
  return (input, path, env, emit) =>
    target(input, path, env, (value, at) => {
      if (!isOptional || isList(value) || isMap(value)) iterate(value, at, env.run.fuel, emit)
    })
}

function compileNegate(operand: Filter): Filter {
  return (input, path, env, emit) => operand(input, undefined, env, value => emit(negate(value), computed(path)))
}

function compilePipe(left: Filter, right: Filter): Filter {
  return (input, path, env, emit) => left(input, path, env, (value, at) => right(value, at, env, emit))
}

function compileComma(left: Filter, right: Filter): Filter {
  return (input, path, env, emit) => {
    left(input, path, env, emit)
    right(input, path, env, emit)
  }
}

/** The right side is the outer loop. */
function compileBinary(operator: JqOperator, left: Filter, right: Filter): Filter {
  return (input, path, env, emit) =>
    right(input, undefined, env, second =>
      left(input, undefined, env, first => emit(operate(operator, first, second, env.run.fuel), computed(path))),
    )
}

function compileIf(node: JqNodeOf<'if'>, scope: JqScope): Filter {
  const condition = compileJq(node.condition, scope)
  const yes = compileJq(node.yes, scope)
  const no = compileJq(node.no, scope)
  return (input, path, env, emit) =>
    condition(input, undefined, env, value => (isTruthy(value) ? yes : no)(input, path, env, emit))
}

function compileBind(node: JqNodeOf<'bind'>, scope: JqScope): Filter {
  const source = compileJq(node.source, scope)
  const pattern = compilePattern(node.pattern, scope)
  const body = compileJq(node.body, pattern.scope)
  return (input, path, env, emit) =>
    source(input, undefined, env, value => pattern.bind(value, env, inner => body(input, path, inner, emit)))
}

function negate(value: Value): Value {
  if (!isNumber(value)) return raise(`${describe(value)} cannot be negated`)
  return typeof value === 'bigint' ? -value : narrow(-toNumber(value))
}

function compileIndex(node: JqIndex, scope: JqScope): Filter {
  const target = compileJq(node.target, scope)
  const key = compileJq(node.key, scope)
  const read = node.isOptional ? silently(childOf) : childOf
  return (input, path, env, emit) =>
    target(input, path, env, (value, at) =>
      key(input, undefined, env, name => {
        const child = read(value, name, env.run.fuel)
        if (child !== undefined) emit(child, extend(at, name, value))
      }),
    )
}

function compileSlice(node: JqSlice, scope: JqScope): Filter {
  const target = compileJq(node.target, scope)
  const from = node.from === undefined ? constant(null) : compileJq(node.from, scope)
  const to = node.to === undefined ? constant(null) : compileJq(node.to, scope)
  const read = node.isOptional ? silently(sliceOf) : sliceOf
  return (input, path, env, emit) =>
    target(input, path, env, (value, at) =>
      to(input, undefined, env, end =>
        from(input, undefined, env, start => {
          const part = read(value, start, end)
          if (part !== undefined) emit(part, extend(at, { start, end }, value))
        }),
      ),
    )
}

/** Undefined instead of an error of the program. */
function silently<A extends unknown[]>(read: (...args: A) => Value): (...args: A) => Value | undefined {
  return (...args) => {
    try {
      return read(...args)
    } catch (error) {
      if (error instanceof JqError) return undefined
      throw error
    }
  }
}

function compileText(parts: readonly (string | JqNode)[], format: string | undefined, scope: JqScope): Filter {
  const compiled = parts.map(part => (typeof part === 'string' ? part : compileJq(part, scope)))
  return (input, path, env, emit) => {
    const { fuel } = env.run
    const texts: string[] = []
    // The last interpolation is the outer loop.
    const build = (index: number): void => {
      const part = compiled[index]
      if (part === undefined) {
        const text = texts.toReversed().join('')
        fuel.checkText(text.length)
        emit(text, computed(path))
      } else if (typeof part === 'string') step(index, part)
      else part(input, undefined, env, value => step(index, textOf(value, format, env)))
    }
    const step = (index: number, text: string): void => {
      texts.push(text)
      build(index - 1)
      texts.pop()
    }
    build(compiled.length - 1)
  }
}

function textOf(value: Value, format: string | undefined, { run }: Env): string {
  return format === undefined ? toText(value, run.fuel) : formatValue(format, value, run.fuel)
}

function compileTry(body: Filter, handler: Filter | undefined): Filter {
  return (input, path, env, emit) => {
    // An error that the rest of the program raises in our emit is not ours.
    let isOurs = true
    const { depth } = env.run
    try {
      body(input, path, env, (value, at) => {
        isOurs = false
        emit(value, at)
        isOurs = true
      })
    } catch (error) {
      if (!isOurs || !(error instanceof JqError)) throw error
      env.run.restore(depth)
      handler?.(error.value, computed(path), env, emit)
    }
  }
}

function compileLogic(operator: 'and' | 'or' | '//', left: Filter, right: Filter): Filter {
  if (operator === '//') return compileAlternative(left, right)
  return (input, path, env, emit) =>
    left(input, undefined, env, first => {
      if (isTruthy(first) === (operator === 'or')) emit(operator === 'or', computed(path))
      else right(input, undefined, env, second => emit(isTruthy(second), computed(path)))
    })
}

/** All true outputs of the left side, whose errors end it; the right side when there were none. */
function compileAlternative(left: Filter, right: Filter): Filter {
  return (input, path, env, emit) => {
    let hasAny = false
    let isOurs = true
    const { depth } = env.run
    try {
      left(input, path, env, (value, at) => {
        if (!isTruthy(value)) return
        hasAny = true
        isOurs = false
        emit(value, at)
        isOurs = true
      })
    } catch (error) {
      if (!isOurs || !(error instanceof JqError)) throw error
      env.run.restore(depth)
    }
    if (!hasAny) right(input, path, env, emit)
  }
}

function compileList(body: Filter | undefined): Filter {
  if (body === undefined) return constant([])
  return compute((input, env) => {
    const items: Value[] = []
    body(input, undefined, env, value => {
      env.run.fuel.spend(1)
      items.push(value)
    })
    return items
  })
}

function compileMap(entries: readonly (readonly [Filter, Filter])[]): Filter {
  return (input, path, env, emit) => {
    const built: (readonly [string, Value])[] = []
    const build = (index: number): void => {
      const entry = entries[index]
      if (entry === undefined) return emit(mapFrom(built), computed(path))
      entry[0](input, undefined, env, key => {
        if (typeof key !== 'string') return raise(`Object keys must be strings, not ${jqType(key)}`)
        entry[1](input, undefined, env, value => {
          built.push([key, value])
          build(index + 1)
          built.pop()
        })
      })
    }
    build(0)
  }
}

function compileVariable(name: string, scope: JqScope): Filter {
  const level = scope.findVariable(name)
  if (level === undefined) {
    return fail(
      'VALUE',
      name === 'ENV' ? 'A jq program cannot read the environment' : `The jq variable \`$${name}\` is not defined`,
    )
  }
  const steps = scope.level - level
  return (_input, path, env, emit) => emit(ancestor(env, steps).value, computed(path))
}
