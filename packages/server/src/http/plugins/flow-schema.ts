// The JSON schema that editors complete flows by: the flow itself, and a definition for each type of task and trigger. It is large and never
// changes while the server runs, so it is written once, as text, when somebody first asks.
import type { Catalogue, ResolvedType, TypeKind } from '@batuta/core'
import { schemaOfType, type Schema } from './describe-type.ts'

const TASK_KINDS: ReadonlySet<TypeKind> = new Set(['task', 'flowable', 'executable', 'updating'])
const TRIGGER_KINDS: ReadonlySet<TypeKind> = new Set(['trigger', 'polling', 'realtime'])

const INPUT_TYPES: readonly string[] = [
  ...['STRING', 'ENUM', 'SELECT', 'INT', 'FLOAT', 'BOOLEAN', 'BOOL', 'DATETIME', 'DATE', 'TIME', 'DURATION', 'FILE'],
  ...['JSON', 'URI', 'SECRET', 'ARRAY', 'MULTISELECT', 'YAML', 'EMAIL', 'FORM'],
]

export type SchemaName = 'flow' | 'task' | 'trigger' | 'plugindefault'

export function isSchemaName(name: string): name is SchemaName {
  return name === 'flow' || name === 'task' || name === 'trigger' || name === 'plugindefault'
}

export function inputTypes(): readonly string[] {
  return INPUT_TYPES
}

export function isTrigger({ kind }: ResolvedType): boolean {
  return TRIGGER_KINDS.has(kind)
}

/** What an input of this type may say of itself. */
export function describeInput(type: string): Schema {
  const properties = {
    id: COMMON.id,
    type: { const: type },
    description: { type: 'string' },
    displayName: { type: 'string' },
    required: { type: 'boolean', default: true },
    defaults: { $dynamic: true },
    prefill: { $dynamic: true },
    dependsOn: { type: 'object', properties: { inputs: TEXTS, condition: { type: 'string', $dynamic: true } } },
    ...OF_INPUT[type],
  }
  return {
    markdown: `# ${type}`,
    schema: { properties: { type: 'object', properties, required: ['id', 'type'] }, outputs: {}, definitions: {} },
  }
}

const TEXTS: Schema = { type: 'array', items: { type: 'string' } }
const BOUNDS: Schema = { min: { type: 'number' }, max: { type: 'number' } }
const DATES: Schema = { before: { type: 'string' }, after: { type: 'string' } }
const CHOICES: Schema = {
  values: TEXTS,
  expression: { type: 'string', $dynamic: true },
  allowCustomValue: { type: 'boolean' },
}

const OF_INPUT: Readonly<Record<string, Schema>> = {
  STRING: { validator: { type: 'string' } },
  SECRET: { validator: { type: 'string' } },
  INT: BOUNDS,
  FLOAT: BOUNDS,
  DATE: DATES,
  TIME: DATES,
  DATETIME: DATES,
  DURATION: { min: { type: 'string' }, max: { type: 'string' } },
  ENUM: { values: TEXTS },
  SELECT: { ...CHOICES, isRadio: { type: 'boolean' }, autoSelectFirst: { type: 'boolean' } },
  MULTISELECT: CHOICES,
  ARRAY: { itemType: { enum: INPUT_TYPES } },
  FILE: { accept: TEXTS, extension: { type: 'string' } },
  FORM: { inputs: { type: 'array', items: { type: 'object' } } },
}

export function flowSchema(name: SchemaName, catalogue: Catalogue): Schema {
  const definitions: Record<string, Schema> = {}
  const tasks: string[] = []
  const triggers: string[] = []
  for (const typeName of catalogue.names()) {
    const type = catalogue.resolve(typeName)
    if (!type) continue
    if (TASK_KINDS.has(type.kind)) tasks.push(type.type)
    else if (TRIGGER_KINDS.has(type.kind)) triggers.push(type.type)
    else continue
    definitions[type.type] = definitionOf(type)
  }
  definitions['task'] = { anyOf: tasks.map(refTo) }
  definitions['trigger'] = { anyOf: triggers.map(refTo) }
  definitions['flow'] = FLOW
  return { $schema: 'http://json-schema.org/draft-07/schema#', definitions, ...rootOf(name) }
}

function rootOf(name: SchemaName): Schema {
  return name === 'plugindefault' ? PLUGIN_DEFAULT : refTo(name)
}

function refTo(name: string): Schema {
  return { $ref: `#/definitions/${name}` }
}

function definitionOf(type: ResolvedType): Schema {
  const schema = schemaOfType(type)
  const properties = typeof schema['properties'] === 'object' ? schema['properties'] : {}
  const required = Array.isArray(schema['required']) ? schema['required'] : []
  return {
    ...schema,
    type: 'object',
    properties: { ...COMMON, ...properties, id: COMMON.id, type: { const: type.type } },
    required: [...new Set(['id', 'type', ...required])],
    $implemented: type.implemented,
  }
}

const COMMON = {
  id: { type: 'string', pattern: '^[a-zA-Z0-9][a-zA-Z0-9_-]*' },
  type: { type: 'string' },
  description: { type: 'string' },
  disabled: { type: 'boolean' },
  runIf: { type: 'string', $dynamic: true },
  retry: { type: 'object' },
  timeout: { type: 'string', $dynamic: true },
  allowFailure: { type: 'boolean' },
  allowWarning: { type: 'boolean' },
  logLevel: { type: 'string', enum: ['ERROR', 'WARN', 'INFO', 'DEBUG', 'TRACE'] },
} as const

const TASKS: Schema = { type: 'array', items: { $ref: '#/definitions/task' } }
const LABELS: Schema = { anyOf: [{ type: 'object' }, { type: 'array', items: { type: 'object' } }] }
const PLUGIN_DEFAULT: Schema = {
  type: 'object',
  properties: { type: { type: 'string' }, forced: { type: 'boolean' }, values: { type: 'object' } },
  required: ['type'],
}

const FLOW: Schema = {
  type: 'object',
  properties: {
    id: { type: 'string', pattern: '^[a-zA-Z0-9][a-zA-Z0-9._-]*', maxLength: 100 },
    namespace: { type: 'string', pattern: '^[a-z0-9][a-z0-9._-]*', maxLength: 150 },
    description: { type: 'string' },
    labels: LABELS,
    inputs: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          id: { type: 'string' },
          type: { type: 'string', enum: INPUT_TYPES },
          required: { type: 'boolean' },
          defaults: {},
        },
        required: ['id', 'type'],
      },
    },
    outputs: { type: 'array', items: { type: 'object' } },
    variables: { type: 'object' },
    tasks: { ...TASKS, minItems: 1 },
    errors: TASKS,
    finally: TASKS,
    afterExecution: TASKS,
    triggers: { type: 'array', items: { $ref: '#/definitions/trigger' } },
    pluginDefaults: { type: 'array', items: PLUGIN_DEFAULT },
    concurrency: {
      type: 'object',
      properties: {
        limit: { type: 'integer', minimum: 1 },
        behavior: { enum: ['QUEUE', 'CANCEL', 'FAIL'] },
        pool: { type: 'string' },
      },
    },
    retry: { type: 'object' },
    sla: { type: 'array', items: { type: 'object' } },
    checks: { type: 'array', items: { type: 'object' } },
    disabled: { type: 'boolean' },
  },
  required: ['id', 'namespace', 'tasks'],
}
