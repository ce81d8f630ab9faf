// The language's front door: a text becomes a compiled template once, and is evaluated as often as needed.
import type { Value } from '../std/value.ts'
import { BodyCompiler } from './compile-body.ts'
import { CompileUnit } from './compile-unit.ts'
import type { Need } from './definition.ts'
import { Fault, faultToError } from './fault.ts'
import { Locals } from './frame.ts'
import type { Frame, Program, RunMacro, Step } from './frame.ts'
import { toFault } from './locate.ts'
import { parseTemplate } from './parse-template.ts'
import { renderText, stripRawTags } from './render-text.ts'
import type { Scope } from './scope.ts'
import { TextSink, TypedSink } from './sink.ts'
import type { Body, Dialect } from './syntax.ts'

export interface CompiledTemplate {
  readonly source: string
  /** It contains nothing to evaluate. */
  readonly isConstant: boolean
  /** What its own text needs. A template that `rendersText` may need more, by what it finds at run time. */
  readonly needs: ReadonlySet<Need>
  /** It calls `render`: what is evaluated is known at run time only. */
  readonly rendersText: boolean
  /** The paths of the context it can reach; the empty path means everything. */
  readonly paths: readonly (readonly string[])[]
  /** Throws an `ExpressionError`, or `Asked`. */
  render(scope: Scope): string
  renderTyped(scope: Scope): Value
}

export interface CompileOptions {
  readonly dialect: Dialect
}

/** Throws an `ExpressionError` of kind SYNTAX, UNKNOWN (a tag) or LIMIT, with line and column. */
export function compileTemplate(source: string, { dialect }: CompileOptions): CompiledTemplate {
  if (!source.includes('{')) return constantTemplate(source)
  const compiled = compileSource(source, dialect)
  if (compiled.isConstant) return { ...constantTemplate(compiled.constantText), source }
  const { unit } = compiled
  return {
    source,
    isConstant: false,
    needs: unit.needs,
    rendersText: unit.rendersText,
    paths: unit.paths,
    render: scope => stripRawTags(renderToText(compiled, frameFor(compiled, scope, false))),
    renderTyped: scope => {
      const value = renderToValue(compiled, scope)
      return typeof value === 'string' ? stripRawTags(value) : value
    },
  }
}

const NO_NEEDS: ReadonlySet<Need> = new Set()

function constantTemplate(text: string): CompiledTemplate {
  return {
    source: text,
    isConstant: true,
    needs: NO_NEEDS,
    rendersText: false,
    paths: [],
    render: () => text,
    renderTyped: () => text,
  }
}

export interface CompiledSource {
  readonly source: string
  readonly step: Step
  readonly program: Program
  readonly unit: CompileUnit
  readonly needsLocals: boolean
  readonly isConstant: boolean
  readonly constantText: string
}

export function compileSource(source: string, dialect: Dialect): CompiledSource {
  try {
    return compileBody(source, parseTemplate(source, dialect), dialect)
  } catch (error) {
    const fault = toFault(error)
    throw fault instanceof Fault ? faultToError(fault, source) : fault
  }
}

function compileBody(source: string, body: Body, dialect: Dialect): CompiledSource {
  const macros = new Map<string, RunMacro>()
  const blocks = new Map<string, Step>()
  const unit = new CompileUnit(dialect, macroNamesIn(body))
  const step = new BodyCompiler(unit, { macros, blocks }).compile(body)
  const isConstant = body.every(statement => statement.type === 'text' || statement.type === 'raw')
  return {
    source,
    step,
    program: { dialect, macros, blocks, renderText },
    unit,
    needsLocals: body.some(statement => statement.type !== 'text' && statement.type !== 'print'),
    isConstant,
    constantText: body
      .map(statement => (statement.type === 'text' || statement.type === 'raw' ? statement.text : ''))
      .join(''),
  }
}

function macroNamesIn(body: Body): ReadonlySet<string> {
  const names = new Set<string>()
  for (const statement of body) {
    if (statement.type === 'macro') names.add(statement.name)
    const bodies =
      statement.type === 'if'
        ? [...statement.branches.map(branch => branch.body), statement.otherwise ?? []]
        : statement.type === 'for'
          ? [statement.body, statement.otherwise ?? []]
          : 'body' in statement
            ? [statement.body]
            : []
    for (const inner of bodies) for (const name of macroNamesIn(inner)) names.add(name)
  }
  return names
}

function frameFor({ program, needsLocals }: CompiledSource, scope: Scope, keepsRaw: boolean): Frame {
  return {
    scope,
    fuel: scope.fuel,
    program,
    sink: new TextSink(scope.fuel),
    locals: needsLocals ? new Locals(undefined) : undefined,
    isIsolated: false,
    keepsRaw,
  }
}

export function renderToText(compiled: CompiledSource, frame: Frame): string {
  const sink = new TextSink(frame.fuel)
  run(compiled, { ...frame, sink })
  return sink.text
}

function renderToValue(compiled: CompiledSource, scope: Scope): Value {
  const sink = new TypedSink()
  run(compiled, { ...frameFor(compiled, scope, false), sink })
  return sink.result(scope.fuel)
}

function run({ step, source }: CompiledSource, frame: Frame): void {
  frame.fuel.enter()
  try {
    step(frame)
  } catch (error) {
    const fault = toFault(error)
    throw fault instanceof Fault ? faultToError(fault, source) : fault
  } finally {
    frame.fuel.leave()
  }
}

/** Renders the template, and what comes out of it again and again until nothing changes any more. */
export function renderRecursively(template: CompiledTemplate, scope: Scope, dialect: Dialect): string {
  if (template.isConstant) return template.render(scope)
  const compiled = compileSource(template.source, dialect)
  try {
    return renderText(template.source, frameFor(compiled, scope, true), true)
  } catch (error) {
    throw error instanceof Fault ? faultToError(error, template.source) : error
  }
}
