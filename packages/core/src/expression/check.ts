import { ExpressionError } from '../std/errors.ts'
import type { ExpressionErrorKind } from '../std/errors.ts'
import { Fault, positionOf } from './fault.ts'
import type { Problem } from './compile-unit.ts'
import { parseTemplate } from './parse-template.ts'
import type { Body, Dialect } from './syntax.ts'
import { compileSource } from './template.ts'

/** Something to say about a template before it runs. */
export interface TemplateFinding {
  readonly severity: 'error' | 'warning'
  readonly kind: ExpressionErrorKind
  readonly message: string
  /** 1-based, inside the template. */
  readonly line: number
  readonly column: number
  readonly suggestion?: string
}

/** What is wrong with a template without evaluating it: one error of syntax, or all unknown names and wrong arguments. */
export function checkTemplate(source: string, { dialect }: { readonly dialect: Dialect }): readonly TemplateFinding[] {
  if (!source.includes('{')) return []
  const warnings = findShellLengths(source)
  try {
    const { unit } = compileSource(source, dialect)
    return [...unit.problems.map(problem => toFinding(problem, source, 'error')), ...warnings]
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    const { kind, reason, line, column, suggestion } = error
    const finding: TemplateFinding = { severity: 'error', kind, message: reason, line, column }
    return [suggestion === undefined ? finding : { ...finding, suggestion }, ...warnings]
  }
}

function toFinding(problem: Problem, source: string, severity: 'error' | 'warning'): TemplateFinding {
  const { kind, message, at, suggestion } = problem
  const finding = { severity, kind, message, ...positionOf(source, at) }
  return suggestion === undefined ? finding : { ...finding, suggestion }
}

/** `${#array[@]}` of a shell opens a comment here, and what follows it vanishes. */
function findShellLengths(source: string): readonly TemplateFinding[] {
  return Array.from(source.matchAll(/\$\{#/g), match => ({
    severity: 'warning' as const,
    kind: 'SYNTAX' as const,
    message:
      '`{#` opens a comment of the expression language; put shell code such as `${#name}` into `{% raw %}…{% endraw %}`',
    ...positionOf(source, match.index + 1),
  }))
}

/** Whether the two dialects read the template differently: `a ?? b | f` is `(a ?? b) | f` in the first and `a ?? (b | f)` in the second. */
export function divergesBetweenDialects(source: string): boolean {
  if (!/\?\?|\bisIn\b/.test(source)) return false
  try {
    return treeText(parseTemplate(source, 1)) !== treeText(parseTemplate(source, 2))
  } catch (error) {
    if (error instanceof Fault) return false
    throw error
  }
}

function treeText(body: Body): string {
  return JSON.stringify(body, (_key, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value))
}
