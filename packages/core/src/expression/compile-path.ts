// Variables and what is reached from them by `.name` and `[…]`: most of what expressions do. A path of constant names has a way to be
// followed that reports a missing step by returning undefined, so that `??` costs no exception.
import type { Value } from '../std/value.ts'
import { plainText } from '../std/value-text.ts'
import { callMethod, findAttribute, findNamed, namesIn } from './access.ts'
import { compileExpression } from './compile-expression.ts'
import type { CompileUnit } from './compile-unit.ts'
import { Fault } from './fault.ts'
import { findVariable } from './frame.ts'
import type { Find, Frame, Run } from './frame.ts'
import { locate } from './locate.ts'
import type { Attribute, Expression } from './syntax.ts'

function missingName(frame: Frame, name: string, at: number): never {
  const { scope, locals, isIsolated } = frame
  const candidates = (): string[] => [
    ...(isIsolated ? [] : (scope.names?.() ?? [])),
    ...(locals?.entries().keys() ?? []),
  ]
  throw new Fault('UNDEFINED', `Unable to find \`${name}\``, { at, name, candidates })
}

export function compileAttribute(expression: Attribute, unit: CompileUnit): Run {
  collectPath(expression, unit)
  return compileStep(expression, unit)
}

/** Reads a name or a path of constant names; undefined when the expression is something else. */
export function findPath(expression: Expression, unit: CompileUnit): Find | undefined {
  if (!isPath(expression)) return undefined
  collectPath(expression, unit)
  return compileFind(expression)
}

function isPath(expression: Expression): boolean {
  if (expression.type === 'name') return true
  if (expression.type !== 'attribute' || expression.args !== undefined) return false
  return expression.name.type === 'literal' && isPath(expression.node)
}

function compileFind(expression: Expression): Find {
  if (expression.type === 'name') {
    const { name } = expression
    return frame => findVariable(frame, name)
  }
  if (expression.type !== 'attribute' || expression.name.type !== 'literal') return () => undefined
  const node = compileFind(expression.node)
  const name = plainText(expression.name.value)
  const { at } = expression
  return frame => {
    const value = node(frame)
    if (value === undefined || value === null) return undefined
    try {
      return findNamed(value, name, frame)
    } catch (error) {
      throw locate(error, at)
    }
  }
}

/** The longest prefix of constant names; what follows it is decided at run time. */
function collectPath(expression: Expression, unit: CompileUnit): void {
  const names: string[] = []
  let isConstant = false
  let node = expression
  while (node.type === 'attribute') {
    const isName = node.args === undefined && node.name.type === 'literal' && typeof node.name.value === 'string'
    if (isName && node.name.type === 'literal') names.unshift(plainText(node.name.value))
    else names.length = 0
    isConstant = isName
    node = node.node
  }
  if (node.type === 'name') unit.addPath([node.name, ...(isConstant || names.length === 0 ? names : [])])
}

/** One step; the names inside of the path have been collected already. */
function compileStep(expression: Attribute, unit: CompileUnit): Run {
  const node = compileNode(expression.node, unit)
  const { at } = expression
  if (expression.args !== undefined) return compileMethod(expression, node, expression.args, unit)
  if (expression.name.type === 'literal') {
    const name = plainText(expression.name.value)
    const rootName = expression.node.type === 'name' ? expression.node.name : undefined
    return frame => {
      const value = node(frame)
      let found: Value | undefined
      try {
        found = findNamed(value, name, frame)
      } catch (error) {
        throw locate(error, at)
      }
      return found === undefined ? missingAttribute(value, name, rootName, at) : found
    }
  }
  const key = compileExpression(expression.name, unit)
  const rootName = expression.node.type === 'name' ? expression.node.name : undefined
  return frame => {
    const value = node(frame)
    const name = key(frame)
    try {
      const found = findAttribute(value, name, frame)
      return found === undefined ? missingAttribute(value, plainText(name), rootName, at) : found
    } catch (error) {
      throw locate(error, at)
    }
  }
}

function compileNode(node: Expression, unit: CompileUnit): Run {
  if (node.type === 'attribute') return compileStep(node, unit)
  if (node.type !== 'name') return compileExpression(node, unit)
  return compileName(node.name, node.at)
}

export function compileName(name: string, at: number): Run {
  return frame => {
    const value = findVariable(frame, name)
    return value === undefined ? missingName(frame, name, at) : value
  }
}

function compileMethod(expression: Attribute, node: Run, args: readonly Expression[], unit: CompileUnit): Run {
  const name = expression.name.type === 'literal' ? plainText(expression.name.value) : ''
  const rootName = expression.node.type === 'name' ? expression.node.name : undefined
  const compiled = args.map(argument => compileExpression(argument, unit))
  const { at } = expression
  return frame => {
    const value = node(frame)
    const values = compiled.map(argument => argument(frame))
    try {
      const result = callMethod(value, name, values, frame)
      return result === undefined ? missingAttribute(value, name, rootName, at) : result
    } catch (error) {
      throw locate(error, at)
    }
  }
}

/** Of a null, the message names the variable that is null, else the attribute that is missing. */
function missingAttribute(node: Value, name: string, rootName: string | undefined, at: number): never {
  const missing = node === null && rootName !== undefined ? rootName : name
  throw new Fault('UNDEFINED', `Unable to find \`${missing}\``, { at, name: missing, candidates: () => namesIn(node) })
}
