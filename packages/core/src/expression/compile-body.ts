// Statements: text, `{{ }}` and the tags.
import { isList, isMap, mapEntries, mapSize } from '../std/value.ts'
import type { Value } from '../std/value.ts'
import { MapEntry } from '../std/map-entry.ts'
import { capture } from './capture.ts'
import { compileExpression, compileFilter } from './compile-expression.ts'
import { costOf } from './compile-unit.ts'
import type { CompileUnit } from './compile-unit.ts'
import { isTrue } from './compare.ts'
import { Fault } from './fault.ts'
import { Locals } from './frame.ts'
import type { Frame, Run, RunMacro, Step } from './frame.ts'
import { locate, wrapAsType } from './locate.ts'
import type { Body, Call, Expression, For, If, Macro, Statement } from './syntax.ts'
import { typeName } from './type-name.ts'

export interface CompiledParts {
  readonly macros: Map<string, RunMacro>
  readonly blocks: Map<string, Step>
}

export class BodyCompiler {
  readonly #unit: CompileUnit
  readonly #parts: CompiledParts

  constructor(unit: CompileUnit, parts: CompiledParts) {
    this.#unit = unit
    this.#parts = parts
  }

  compile(body: Body): Step {
    const steps = body.flatMap(statement => this.#compileStatement(statement) ?? [])
    const cost = costOf(body)
    return frame => {
      frame.fuel.spend(cost)
      for (const step of steps) step(frame)
    }
  }

  #compileStatement(statement: Statement): Step | undefined {
    switch (statement.type) {
      case 'text': {
        const { text } = statement
        return frame => frame.sink.write(text)
      }
      case 'raw': {
        const { text, whole } = statement
        return frame => frame.sink.write(frame.keepsRaw ? whole : text)
      }
      case 'print':
        return this.#compilePrint(statement.value)
      case 'if':
        return this.#compileIf(statement)
      case 'for':
        return this.#compileFor(statement)
      case 'set': {
        const value = compileExpression(statement.value, this.#unit)
        this.#unit.know(statement.name)
        return frame => assign(frame, statement.name, value(frame))
      }
      case 'macro':
        this.#parts.macros.set(statement.name, this.#compileMacro(statement))
        return undefined
      case 'filter-body':
        return this.#compileFilterBody(statement.filters, statement.body)
      case 'block': {
        const step = this.compile(statement.body)
        this.#parts.blocks.set(statement.name, step)
        return step
      }
    }
  }

  #compilePrint(value: Expression): Step {
    const run = compileExpression(value, this.#unit)
    const { at } = value
    return frame => {
      const result = run(frame)
      try {
        frame.sink.print(result)
      } catch (error) {
        throw locate(error, at)
      }
    }
  }

  #compileIf({ branches, otherwise }: If): Step {
    const compiled = branches.map(({ condition, body }) => ({
      condition: compileCondition(condition, this.#unit),
      step: this.#unit.inScope([], () => this.compile(body)),
    }))
    const last = otherwise && this.#unit.inScope([], () => this.compile(otherwise))
    return frame => {
      const chosen = compiled.find(({ condition }) => condition(frame))
      if (chosen !== undefined) chosen.step(frame)
      else last?.(frame)
    }
  }

  #compileFor({ variable, items, body, otherwise, at }: For): Step {
    const run = compileExpression(items, this.#unit)
    const step = this.#unit.inScope([variable, 'loop'], () => this.compile(body))
    const last = otherwise && this.#unit.inScope([], () => this.compile(otherwise))
    return frame => {
      const value = run(frame)
      if (value === null) return
      const elements = elementsOf(value, frame, at)
      const length = isList(value) ? value.length : isMap(value) ? mapSize(value) : 0
      if (length === 0) return last?.(frame)
      const locals = new Locals(frame.locals)
      const inner = { ...frame, locals }
      let index = 0
      for (const element of elements) {
        locals.put('loop', loopState(index, length))
        locals.put(variable, element)
        step(inner)
        index++
      }
    }
  }

  #compileFilterBody(filters: readonly Call[], body: Body): Step {
    const step = this.compile(body)
    let run: Run = frame => capture(step, frame)
    for (const filter of filters) run = compileFilter(run, filter, this.#unit)
    return frame => frame.sink.print(run(frame))
  }

  /** The body sees its arguments and nothing else; a missing one has its default, or null. */
  #compileMacro({ name, parameters, body }: Macro): RunMacro {
    const names = parameters.map(parameter => parameter.name)
    const step = this.#unit.inScope(names, () => this.compile(body))
    const fallbacks = parameters.map(({ fallback }) => fallback && compileExpression(fallback, this.#unit))
    return (frame, positional, named) => {
      checkMacroArguments(name, names, positional, named)
      const locals = new Locals(undefined)
      const inner: Frame = { ...frame, locals, isIsolated: true }
      names.forEach((parameter, index) => locals.put(parameter, fallbacks[index]?.(inner) ?? null))
      names.forEach((parameter, index) => {
        const given = named.get(parameter) ?? positional[index]
        if (given !== undefined) locals.put(parameter, given)
      })
      return capture(step, inner)
    }
  }
}

function checkMacroArguments(
  macro: string,
  names: readonly string[],
  positional: readonly Value[],
  named: ReadonlyMap<string, Value>,
): void {
  if (names.length === 0) return
  if (positional.length > names.length) {
    throw new Fault('ARGUMENT', `The macro \`${macro}\` takes at most ${names.length} arguments`)
  }
  const stranger = [...named.keys()].find(name => !names.includes(name))
  if (stranger !== undefined) throw new Fault('ARGUMENT', `The macro \`${macro}\` has no parameter \`${stranger}\``)
}

/** Inside of `if` every fault, a missing variable too, is one of type. */
function compileCondition(condition: Expression, unit: CompileUnit): (frame: Frame) => boolean {
  const run = compileExpression(condition, unit)
  const { at } = condition
  return frame => {
    try {
      return isTrue(run(frame))
    } catch (error) {
      throw wrapAsType(error, 'The condition of `if` cannot be evaluated', at)
    }
  }
}

function elementsOf(value: Value, { fuel }: Frame, at: number): Iterable<Value> {
  if (isList(value)) return value
  if (!isMap(value)) {
    throw new Fault('TYPE', `\`for\` goes through lists and maps, not through ${typeName(value)}`, { at })
  }
  fuel.spend(mapSize(value))
  return Array.from(mapEntries(value), ([key, item]) => new MapEntry(key, item))
}

function loopState(index: number, length: number): Value {
  return { last: index === length - 1, length, index, revindex: length - index - 1, first: index === 0 }
}

/** A new variable belongs to the scope it is set in; one that shadows the context to the whole template. */
function assign(frame: Frame, name: string, value: Value): void {
  const { locals, scope, isIsolated } = frame
  if (locals === undefined || locals.assign(name, value)) return
  const isShadow = !isIsolated && scope.lookup(name) !== undefined
  ;(isShadow ? locals.root : locals).put(name, value)
}
