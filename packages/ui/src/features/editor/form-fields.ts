// The fields of a form, made of what is known about a type: in which order they stand, and what kind of control each gets.
import type { PropertyDoc, TypeFacts } from './type-facts.ts'

export type FieldKind = 'line' | 'text' | 'number' | 'boolean' | 'choice' | 'code'

export interface FormField {
  readonly name: string
  readonly kind: FieldKind
  /** As documented. */
  readonly type: string
  readonly choices: readonly string[]
  readonly isRequired: boolean
  readonly isDeprecated: boolean
  readonly description?: string | undefined
  readonly default?: unknown
}

export interface FieldGroups {
  readonly required: readonly FormField[]
  /** Not required, and there. */
  readonly set: readonly FormField[]
  readonly more: readonly FormField[]
  readonly common: readonly FormField[]
}

type Values = Readonly<Record<string, unknown>>
type Facts = Pick<TypeFacts, 'description' | 'docs'>

/** Told apart in the head of the form, or edited in the drawing. */
const HIDDEN: ReadonlySet<string> = new Set([
  ...['id', 'type', 'tasks', 'then', 'else', 'cases', 'defaults', 'errors', 'finally', 'afterExecution'],
])
const COMMON: readonly (readonly [name: string, type: string])[] = [
  ['description', 'string'],
  ['disabled', 'boolean'],
  ['runIf', 'string'],
  ['timeout', 'duration'],
  ['retry', 'Retry{}'],
  ['allowFailure', 'boolean'],
  ['allowWarning', 'boolean'],
  ['logLevel', 'enum TRACE|DEBUG|INFO|WARN|ERROR'],
  ['logToFile', 'boolean'],
  ['workerGroup', 'map<any>'],
  ['taskCache', 'map<any>'],
]
const LONG =
  /^(message|script|sql|query|body|content|prompt|code|template|format|description|expression|transform|text)$/i

export function fieldsOf(facts: Facts | undefined, values: Values): FieldGroups {
  const known = new Map<string, FormField>()
  for (const { name, type, isRequired, isDeprecated } of facts?.description?.properties ?? [])
    known.set(name, fieldOf(name, { type, isRequired, isDeprecated, doc: facts?.docs.get(name) }))
  for (const [name, doc] of facts?.docs ?? [])
    if (!known.has(name))
      known.set(name, fieldOf(name, { type: '', isRequired: doc.isRequired, isDeprecated: false, doc }))
  for (const [name, value] of Object.entries(values))
    if (!known.has(name) && !COMMON.some(([other]) => other === name))
      known.set(
        name,
        fieldOf(name, {
          type: typeof value === 'string' ? 'string' : '',
          isRequired: false,
          isDeprecated: false,
          doc: undefined,
        }),
      )
  const own = [...known.values()].filter(({ name }) => !HIDDEN.has(name) && !COMMON.some(([other]) => other === name))
  const common = COMMON.map(([name, type]) =>
    fieldOf(name, { type, isRequired: false, isDeprecated: false, doc: facts?.docs.get(name) }),
  )
  const isSet = ({ name }: FormField): boolean => values[name] !== undefined
  return {
    required: own.filter(({ isRequired }) => isRequired),
    set: [...own, ...common].filter(field => !field.isRequired && isSet(field)),
    more: own.filter(field => !field.isRequired && !isSet(field) && !field.isDeprecated),
    common: common.filter(field => !isSet(field)),
  }
}

interface Known {
  readonly type: string
  readonly isRequired: boolean
  readonly isDeprecated: boolean
  readonly doc: PropertyDoc | undefined
}

function fieldOf(name: string, { type, isRequired, isDeprecated, doc }: Known): FormField {
  const choices = doc?.choices ?? choicesOfType(type)
  return {
    name,
    type,
    choices,
    kind: kindOf(name, type, choices),
    isRequired: isRequired || doc?.isRequired === true,
    isDeprecated,
    description: doc?.description,
    default: doc?.default,
  }
}

/** `enum A|B`, and the levels of logs, which are named by their type. */
export function choicesOfType(type: string): readonly string[] {
  if (type.startsWith('enum ')) return type.slice(5).split('|')
  return type === 'Level' ? ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR'] : []
}

function kindOf(name: string, type: string, choices: readonly string[]): FieldKind {
  if (choices.length > 0) return 'choice'
  if (type.startsWith('bool')) return 'boolean'
  if (/^(int|integer|long|double|float|number)\b/.test(type) && !type.endsWith('[]')) return 'number'
  if (/^(map|list|object)|[[{<]/.test(type)) return 'code'
  return LONG.test(name) ? 'text' : 'line'
}

export function isExpression(value: unknown): boolean {
  return typeof value === 'string' && value.includes('{{')
}
