// The expressions of a flow, judged before anything renders them: syntax, unknown filters and functions, names with a dash that are
// really a subtraction, and names that do not exist (`check-names`).
import { checkTemplate } from '../expression/check.ts'
import type { Flow } from './flow.ts'
import { coreName, walkFlow } from './graph.ts'
import { object } from './inspection.ts'
import type { Inspection } from './inspection.ts'
import { inspectNames } from './check-names.ts'
import { shapesOf } from './shape-of-flow.ts'
import { templatesOf } from './templates.ts'
import type { TemplatePlace } from './templates.ts'

export function inspectExpressions(inspection: Inspection): void {
  const names = namesOf(inspection.flow)
  const shapes = shapesOf(inspection.flow, inspection.catalogue)
  for (const place of templatesOf(inspection.flow, inspection.catalogue)) {
    const isSound = inspectTemplate(inspection, place)
    const hasDash = inspectDashes(inspection, place, names)
    if (isSound && !hasDash) inspectNames(inspection, place, shapes)
  }
}

/** True when the template could be compiled. */
function inspectTemplate(inspection: Inspection, { text, path }: TemplatePlace): boolean {
  const findings = checkTemplate(text, { dialect: inspection.flow.dialect })
  for (const { kind, message, line, column, suggestion } of findings) {
    const hint = suggestion === undefined ? '' : ` Did you mean \`${suggestion}\`?`
    object(inspection, {
      // Kestra saves all of it, and what is never rendered never fails.
      severity: 'warning',
      code: `expression-${kind.toLowerCase()}`,
      message: `${message.replace(/[.?]?$/, '.')}${hint}`,
      path,
      character: indexOf(text, line, column),
    })
  }
  return findings.every(({ severity, kind }) => severity !== 'error' || kind !== 'SYNTAX')
}

/** The offset of a 1-based line and column. */
function indexOf(text: string, line: number, column: number): number {
  let start = 0
  for (let i = 1; i < line; i++) {
    const end = text.indexOf('\n', start)
    if (end < 0) break
    start = end + 1
  }
  return start + column - 1
}

interface Names {
  readonly inputs: ReadonlySet<string>
  readonly tasks: ReadonlySet<string>
}

function namesOf(flow: Flow): Names {
  const tasks = new Set<string>()
  for (const { task } of walkFlow(flow)) {
    tasks.add(task.id)
    if (coreName(task.type) !== 'flow.ForEachItem') continue
    for (const suffix of ['split', 'items', 'merge']) tasks.add(`${task.id}_${suffix}`)
  }
  return { inputs: new Set(flow.inputs.flatMap(({ id }) => [id, id.split('.', 1)[0] ?? id])), tasks }
}

const DASHED = /\b(inputs|outputs|tasks|labels|vars)\.((?:\w+\.)*\w+(?:-\w+)+)/g
const DELIMITED = /\{\{[\s\S]*?\}\}|\{%[\s\S]*?%\}/g
const QUOTED = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/g

/** `inputs.my-input` subtracts `input` from `inputs.my`; nobody who declared `my-input` meant that. */
function inspectDashes(inspection: Inspection, { text, path }: TemplatePlace, names: Names): boolean {
  if (!text.includes('-')) return false
  let hasDash = false
  for (const expression of text.matchAll(DELIMITED)) {
    const bare = expression[0].replace(QUOTED, quoted => ' '.repeat(quoted.length))
    for (const match of bare.matchAll(DASHED)) {
      const [, root = '', rest = ''] = match
      const meant = meantName(root, rest, names)
      if (meant === undefined) continue
      const message = `\`${root}.${meant}\` is a subtraction; a name with a dash needs brackets: \`${root}['${meant}']\`.`
      const character = expression.index + match.index
      object(inspection, { code: 'dash-access', message, path, character })
      hasDash = true
    }
  }
  return hasDash
}

/** The declared name with a dash that the text begins with, unless the part before the dash is declared as well. */
function meantName(root: string, rest: string, names: Names): string | undefined {
  const declared = root === 'inputs' ? names.inputs : names.tasks
  if (root === 'labels' || root === 'vars') return undefined
  const dashed = [...declared].filter(name => name.includes('-') && startsWithName(rest, name))
  const plain = rest.slice(0, rest.indexOf('-'))
  const isDifference = declared.has(plain) || declared.has(plain.split('.', 1)[0] ?? plain)
  return isDifference ? undefined : dashed.sort((a, b) => b.length - a.length)[0]
}

function startsWithName(rest: string, name: string): boolean {
  return rest === name || rest.startsWith(`${name}.`) || rest.startsWith(`${name}[`)
}
