// Expression trees become closures once; at run time nothing is parsed and nothing is looked up but values.
import { mapFrom } from '../std/value.ts'
import type { Value } from '../std/value.ts'
import { plainText } from '../std/value-text.ts'
import { checkConstants, compileArguments } from './compile-arguments.ts'
import { compileBinary } from './compile-binary.ts'
import type { CompileUnit } from './compile-unit.ts'
import { isTrue } from './compare.ts'
import { arithmetic } from './arithmetic.ts'
import { findDefinition } from './definition.ts'
import type { FilterDefinition, FunctionDefinition } from './definition.ts'
import { Fault } from './fault.ts'
import { FILTERS } from './filters/registry.ts'
import { capture } from './capture.ts'
import type { Find, Frame, Run } from './frame.ts'
import { FUNCTIONS } from './functions/registry.ts'
import { locate } from './locate.ts'
import { compileAttribute, compileName, findPath } from './compile-path.ts'
import { nearestName } from './nearest-name.ts'
import type { Call, Expression, Test } from './syntax.ts'
import { PREDICATES } from './predicates.ts'

export function compileExpression(expression: Expression, unit: CompileUnit): Run {
  switch (expression.type) {
    case 'literal': {
      const { value } = expression
      return () => value
    }
    case 'name':
      unit.addPath([expression.name])
      return compileName(expression.name, expression.at)
    case 'attribute':
      return compileAttribute(expression, unit)
    case 'call':
      return compileCall(expression, unit)
    case 'filter':
      return compileFilter(
        compileInput(expression.input, expression.filter, unit),
        expression.filter,
        unit,
        expression.input,
      )
    case 'test':
      return compileTest(expression, unit)
    case 'unary':
      return compileUnary(expression.operator, compileExpression(expression.operand, unit), expression.at)
    case 'binary':
      return compileBinary(expression, unit)
    case 'ternary': {
      const condition = compileExpression(expression.condition, unit)
      const yes = compileExpression(expression.yes, unit)
      const no = compileExpression(expression.no, unit)
      const { at } = expression
      return frame => (isChosen(condition(frame), at) ? yes(frame) : no(frame))
    }
    case 'list': {
      const items = expression.items.map(item => compileExpression(item, unit))
      return frame => items.map(item => item(frame))
    }
    case 'map':
      return compileMap(expression.entries, unit)
    case 'interpolation': {
      const parts = expression.parts.map(part => compileExpression(part, unit))
      return frame =>
        joinTexts(
          parts.map(part => part(frame)),
          frame,
        )
    }
  }
}

/** The same, but undefined where the value is missing: for `??`, `default` and `is defined`. */
export function compileTolerant(expression: Expression, unit: CompileUnit): Find {
  const path = findPath(expression, unit)
  if (path !== undefined) return path
  const run = compileExpression(expression, unit)
  return frame => {
    try {
      return run(frame)
    } catch (error) {
      if (error instanceof Fault && error.kind === 'UNDEFINED') return undefined
      throw error
    }
  }
}

function isChosen(condition: Value, at: number): boolean {
  if (typeof condition === 'boolean') return condition
  try {
    return condition !== null && isTrue(condition)
  } catch (error) {
    throw locate(error, at)
  }
}

function joinTexts(values: readonly Value[], { fuel }: Frame): string {
  let text = ''
  for (const value of values) {
    if (value !== null) text += fuel.textOf(value)
  }
  fuel.checkText(text.length)
  return text
}

function compileMap(entries: readonly (readonly [Expression, Expression])[], unit: CompileUnit): Run {
  const compiled = entries.map(
    ([key, value]) => [compileExpression(key, unit), compileExpression(value, unit)] as const,
  )
  return frame => mapFrom(compiled.map(([key, value]) => [plainText(key(frame)), value(frame)] as const))
}

function compileUnary(operator: 'not' | '-' | '+', operand: Run, at: number): Run {
  const factor = operator === '-' ? -1 : 1
  return frame => {
    const value = operand(frame)
    try {
      return operator === 'not' ? !isTrue(value) : arithmetic('*', factor, value)
    } catch (error) {
      throw locate(error, at)
    }
  }
}

function compileCall(call: Call, unit: CompileUnit): Run {
  if (call.name === 'block') return compileBlockCall(call, unit)
  const definition = findDefinition(FUNCTIONS, call.name, unit.dialect)
  if (definition !== undefined) return compileFunction(definition, call, unit)
  if (unit.macroNames.has(call.name)) return compileMacroCall(call, unit)
  return unknown('function or macro', call, [...FUNCTIONS.keys(), ...unit.macroNames], unit)
}

function compileFunction(definition: FunctionDefinition, call: Call, unit: CompileUnit): Run {
  const args = compileArguments(call, definition.parameters, unit)
  checkConstants(call, definition, unit)
  for (const need of definition.needs ?? []) unit.needs.add(need)
  if (definition.reads === 'everything') {
    unit.addPath([])
    unit.rendersText ||= definition.name.startsWith('render')
  } else for (const root of definition.reads ?? []) unit.addPath([root])
  const { at } = call
  return frame => {
    const values = args(frame)
    frame.fuel.spend(1)
    try {
      return checkResult(definition.call(values, frame), frame)
    } catch (error) {
      throw locate(error, at)
    }
  }
}

function checkResult(result: Value, { fuel }: Frame): Value {
  if (typeof result === 'string') fuel.checkText(result.length)
  return result
}

/** The body of a block once more, as text. */
function compileBlockCall(call: Call, unit: CompileUnit): Run {
  const [name] = call.positional
  if (name === undefined) {
    unit.problems.push({ kind: 'ARGUMENT', message: '`block` needs the name of a block', at: call.at })
    return () => {
      throw new Fault('ARGUMENT', '`block` needs the name of a block', { at: call.at })
    }
  }
  const run = compileExpression(name, unit)
  return frame => {
    const block = frame.program.blocks.get(plainText(run(frame)))
    if (block === undefined) return ''
    return capture(block, frame)
  }
}

function compileMacroCall(call: Call, unit: CompileUnit): Run {
  const positional = call.positional.map(arg => compileExpression(arg, unit))
  const named = call.named.map(({ name, value }) => [name, compileExpression(value, unit)] as const)
  const { name, at } = call
  return frame => {
    const macro = frame.program.macros.get(name)
    if (macro === undefined) throw new Fault('UNKNOWN', `There is no macro \`${name}\``, { at })
    const given = positional.map(arg => arg(frame))
    const givenByName = new Map(named.map(([key, arg]) => [key, arg(frame)] as const))
    frame.fuel.spend(1)
    try {
      return macro(frame, given, givenByName)
    } catch (error) {
      throw locate(error, at)
    }
  }
}

function compileInput(input: Expression, filter: Call, unit: CompileUnit): Run {
  if (FILTERS.get(filter.name)?.absorbsUndefined !== true) return compileExpression(input, unit)
  const find = compileTolerant(input, unit)
  return frame => find(frame) ?? null
}

/** A filter over a compiled input; the arguments are evaluated before the input. */
export function compileFilter(input: Run, filter: Call, unit: CompileUnit, form?: Expression): Run {
  const definition = findDefinition(FILTERS, filter.name, unit.dialect)
  if (definition === undefined) return unknown('filter', filter, FILTERS.keys(), unit)
  const args = compileArguments(filter, definition.parameters, unit)
  checkConstants(filter, definition, unit)
  const extra = extraArguments(definition, form)
  const { at } = filter
  return frame => {
    const values = args(frame)
    const value = input(frame)
    frame.fuel.spend(1)
    try {
      return checkResult(definition.apply(value, extra.length === 0 ? values : [...values, ...extra], frame), frame)
    } catch (error) {
      throw locate(error, at)
    }
  }
}

function extraArguments(definition: FilterDefinition, form: Expression | undefined): readonly Value[] {
  return definition.fromForm === undefined || form === undefined ? [] : [definition.fromForm(form)]
}

function compileTest({ input, test, negated }: Test, unit: CompileUnit): Run {
  const definition = PREDICATES.get(test.name)
  if (definition === undefined) return unknown('test', test, PREDICATES.keys(), unit)
  const args = compileArguments(test, definition.parameters, unit)
  const find = definition.absorbsUndefined === true ? compileTolerant(input, unit) : compileExpression(input, unit)
  const { at } = test
  return frame => {
    args(frame)
    const value = find(frame) ?? null
    try {
      return definition.holds(value, frame) !== negated
    } catch (error) {
      throw locate(error, at)
    }
  }
}

/** Names that do not exist fail where they are evaluated, as some flows have them in branches that never run; a check reports them. */
function unknown(what: string, call: Call, names: Iterable<string>, unit: CompileUnit): Run {
  const message = `There is no ${what} \`${call.name}\``
  const candidates = [...names]
  unit.problems.push({ kind: 'UNKNOWN', message, at: call.at, suggestion: nearestName(call.name, candidates) })
  for (const argument of call.positional) compileExpression(argument, unit)
  return () => {
    throw new Fault('UNKNOWN', message, { at: call.at, name: call.name, candidates: () => candidates })
  }
}
