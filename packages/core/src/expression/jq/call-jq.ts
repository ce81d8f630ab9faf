// Functions of jq programs: definitions, calls, arguments that are filters, and the labels that `break` leaves.
import { fail } from '../fault.ts'
import { compileJq } from './compile-jq.ts'
import { JqBreak } from './jq-error.ts'
import { NATIVES } from './natives-jq.ts'
import { prelude } from './prelude-jq.ts'
import { ancestor, bindClosure, bindValue } from './run-time-jq.ts'
import type { Closure, Env, Filter } from './run-time-jq.ts'
import { JqScope } from './scope-jq.ts'
import type { CompiledFunction } from './scope-jq.ts'
import type { JqDefinition, JqNode } from './syntax-jq.ts'

/** The scope in which the definition can be called; the body sees itself. */
export function define(definition: JqDefinition, scope: JqScope): JqScope {
  const { name, parameters, body } = definition
  const compiled: CompiledFunction = { parameterCount: parameters.length, body: undefined }
  const outer = scope.withFunction(`${name}/${parameters.length}`, compiled)
  let inner = outer
  for (const parameter of parameters) inner = inner.withValue('parameter', parameter.replace('$', ''))
  compiled.body = compileBody(parameters, body, inner)
  return outer
}

/** A parameter `$x` is a value, too: every output of the argument runs the body once. */
function compileBody(parameters: readonly string[], body: JqNode, scope: JqScope): Filter {
  const values = parameters.filter(parameter => parameter.startsWith('$')).map(parameter => parameter.slice(1))
  const bound = values.reduceRight<JqNode>(
    (rest, name) => ({
      type: 'bind',
      source: { type: 'call', name, args: [] },
      pattern: { type: 'variable', name },
      body: rest,
    }),
    body,
  )
  return compileJq(bound, scope)
}

export function compileCall(name: string, args: readonly JqNode[], scope: JqScope): Filter {
  const binding = scope.findFunction(name, args.length)
  if (binding?.type === 'parameter') return callParameter(scope.level - binding.level)
  const compiledArgs = args.map(arg => compileJq(arg, scope))
  if (binding?.type === 'function') return callFunction(binding.compiled, compiledArgs, scope.level - binding.level)
  const native = NATIVES.get(`${name}/${args.length}`)
  if (native !== undefined) return native(compiledArgs)
  const definition = prelude().get(`${name}/${args.length}`)
  if (definition !== undefined) return callFunction(compilePrelude(definition), compiledArgs, scope.level)
  return fail('VALUE', `There is no jq function \`${name}/${args.length}\``)
}

const COMPILED_PRELUDE = new Map<JqDefinition, CompiledFunction>()

function compilePrelude(definition: JqDefinition): CompiledFunction {
  const known = COMPILED_PRELUDE.get(definition)
  if (known !== undefined) return known
  const { parameters, body } = definition
  const compiled: CompiledFunction = { parameterCount: parameters.length, body: undefined }
  // Kept before the body is compiled, for the body may call itself.
  COMPILED_PRELUDE.set(definition, compiled)
  let scope = new JqScope()
  for (const parameter of parameters) scope = scope.withValue('parameter', parameter.replace('$', ''))
  compiled.body = compileBody(parameters, body, scope)
  return compiled
}

/** The argument runs where it was written. */
function callParameter(steps: number): Filter {
  return (input, path, env, emit) => {
    const closure = ancestor(env, steps).closure
    closure?.filter(input, path, closure.env, emit)
  }
}

function callFunction(compiled: CompiledFunction, args: readonly Filter[], steps: number): Filter {
  return (input, path, env, emit) => {
    let inner = ancestor(env, steps)
    for (const filter of args) {
      const closure: Closure = { filter, env }
      inner = bindClosure(inner, closure)
    }
    env.run.enter()
    compiled.body?.(input, path, inner, emit)
    env.run.leave()
  }
}

export function compileLabel(body: Filter): Filter {
  return (input, path, env, emit) => {
    const mark = new JqBreak()
    const { depth } = env.run
    try {
      body(input, path, bindMark(env, mark), emit)
    } catch (error) {
      if (error !== mark) throw error
      env.run.restore(depth)
    }
  }
}

/** The link of a label carries the mark that its `break` throws. */
function bindMark(env: Env, mark: JqBreak): Env {
  const filter: Filter = () => {
    throw mark
  }
  return { ...bindValue(env, null), closure: { filter, env } }
}

export function compileBreak(name: string, scope: JqScope): Filter {
  const level = scope.findLabel(name)
  if (level === undefined) return fail('VALUE', `The jq label \`$${name}\` is not defined`)
  const steps = scope.level - level
  return (input, path, env, emit) => ancestor(env, steps).closure?.filter(input, path, env, emit)
}
