// From YAML to a flow: first a tree with positions, then the plugin defaults merged into it, then everything typed read off. All
// mistakes of form are found in one reading; what a flow means is judged by `validate`.
import type { Diagnostic } from '../std/diagnostic.ts'
import { applyPluginDefaults, nodeDefaultOf } from './defaults.ts'
import type { NodeDefault } from './defaults.ts'
import { decideDialect } from './dialect.ts'
import type { Catalogue } from './catalogue.ts'
import type { Concurrency, Dialect, Flow, Listener, PluginDefault } from './flow.ts'
import { parseInputs, parseOutputs } from './parse-input.ts'
import { parseBreaker } from './parse-breaker.ts'
import { parseRetry } from './parse-retry.ts'
import { parseTasks } from './parse-task.ts'
import { parseConditions, parseTriggers } from './parse-trigger.ts'
import { openPositions } from './positions.ts'
import type { Positions } from './positions.ts'
import {
  booleanOf,
  choiceOf,
  deprecated,
  fieldOf,
  integerOf,
  labelsOf,
  mapOf,
  mark,
  missing,
  placeOf,
  placesOf,
  refuseUnknown,
  report,
  requiredText,
  textOf,
  textsOf,
  valueMapOf,
  valuesOf,
  withoutEffect,
  wrongType,
} from './reading.ts'
import type { Place, Reading } from './reading.ts'
import { readYaml } from './yaml.ts'
import { entryText, type YamlMap } from './yaml-node.ts'

export interface ParseOptions {
  readonly catalogue: Catalogue
  /** Plugin defaults of the namespace, then of the configuration; those of the flow go before both. */
  readonly namespaceDefaults?: readonly PluginDefault[] | ((namespace: string) => readonly PluginDefault[])
  readonly globalDefaults?: readonly PluginDefault[]
  /** Insist on a dialect: what it does not have is an error. Without it the flow decides. */
  readonly dialect?: Dialect
}

export interface ParsedFlow {
  /** Absent when one of the diagnostics is an error. */
  readonly flow?: Flow
  readonly diagnostics: readonly Diagnostic[]
  readonly positions: Positions
}

export function parseFlow(source: string, options: ParseOptions): ParsedFlow {
  const { draft, ...parsed } = readFlow(source, options)
  const isBroken = parsed.diagnostics.some(({ severity }) => severity === 'error')
  return draft === undefined || isBroken ? parsed : { ...parsed, flow: draft }
}

export interface FlowDraft {
  /** As much of the flow as could be read, even when there are errors. */
  readonly draft?: Flow
  readonly diagnostics: readonly Diagnostic[]
  readonly positions: Positions
}

export function readFlow(source: string, options: ParseOptions): FlowDraft {
  const { root, problems } = readYaml(source)
  const positions = openPositions(source, root)
  const diagnostics: Diagnostic[] = []
  const reading: Reading = { catalogue: options.catalogue, positions, diagnostics, dialectMarks: [] }
  for (const problem of problems) report(reading, { ...problem, path: '' })
  if (root === undefined) {
    if (problems.length === 0) {
      report(reading, { severity: 'error', code: 'empty-flow', message: 'The flow is empty.', path: '', offset: 0 })
    }
    return { diagnostics, positions }
  }
  const place = placeOf(reading, root, '')
  if (place === undefined) return { diagnostics, positions }
  const own = parseOwnDefaults(place)
  const { namespaceDefaults = [], globalDefaults = [] } = options
  const ofNamespace =
    typeof namespaceDefaults === 'function'
      ? namespaceDefaults(entryText(place.map, 'namespace') ?? '')
      : namespaceDefaults
  const configured = [ofNamespace, globalDefaults].map(level => level.map(nodeDefaultOf))
  const merged = applyPluginDefaults(place.map, [own, ...configured], options.catalogue)
  if (merged === undefined) {
    const message = 'The plugin defaults make the flow too large; name narrower types.'
    report(reading, { severity: 'error', code: 'yaml-too-large', message, path: 'pluginDefaults', offset: -1 })
    return { diagnostics, positions }
  }
  const draft = readRoot({ ...place, map: merged }, own, options.dialect)
  return { draft, diagnostics, positions }
}

const FLOW_KEYS: ReadonlySet<string> = new Set([
  ...[
    'id',
    'namespace',
    'tenantId',
    'revision',
    'description',
    'labels',
    'inputs',
    'variables',
    'tasks',
    'errors',
    'finally',
  ],
  ...[
    'afterExecution',
    'listeners',
    'triggers',
    'pluginDefaults',
    'taskDefaults',
    'concurrency',
    'retry',
    'sla',
    'outputs',
  ],
  ...[
    'checks',
    'disabled',
    'workerGroup',
    'workerSelector',
    'priority',
    'circuitBreaker',
    'quota',
    'deleted',
    'policyRefs',
  ],
])

function readRoot(place: Place, own: readonly NodeDefault[], dialect: Dialect | undefined): Flow {
  refuseUnknown(place, FLOW_KEYS, 'a flow')
  const description = textOf(place, 'description')
  const labels = labelsOf(place, 'labels')
  if (fieldOf(place, 'tasks') === undefined) missing(place, 'tasks', 'a flow')
  const parts = {
    id: requiredText(place, 'id', 'a flow'),
    namespace: requiredText(place, 'namespace', 'a flow'),
    labels,
    inputs: parseInputs(place, 'inputs'),
    variables: valueMapOf(place, 'variables'),
    tasks: parseTasks(place, 'tasks'),
    errors: parseTasks(place, 'errors'),
    finally: parseTasks(place, 'finally'),
    afterExecution: parseTasks(place, 'afterExecution'),
    triggers: parseTriggers(place, 'triggers'),
    outputs: parseOutputs(place, 'outputs'),
    sla: parseMaps(place, 'sla', SLA_KEYS),
    checks: parseMaps(place, 'checks', CHECK_KEYS),
    disabled: booleanOf(place, 'disabled', false),
  }
  const listeners = parseListeners(place)
  const concurrency = parseConcurrency(place)
  const retry = parseRetry(place, 'retry')
  const circuitBreaker = parseBreaker(place)
  const priority = choiceOf(place, 'priority', PRIORITIES)
  const policyRefs = textsOf(place, 'policyRefs')
  markDialects(place)
  return {
    ...parts,
    dialect: decideDialect(place.reading, labels, dialect),
    pluginDefaults: own.map(({ type, forced, values }) => ({ type, forced, values: valuesOf(values) })),
    ...(description !== undefined && { description }),
    ...(listeners.length > 0 && { listeners }),
    ...(concurrency !== undefined && { concurrency }),
    ...(retry !== undefined && { retry }),
    ...(circuitBreaker !== undefined && { circuitBreaker }),
    ...(priority !== undefined && { priority }),
    ...(policyRefs.length > 0 && { policyRefs }),
    ...(fieldOf(place, 'workerGroup') !== undefined && { workerGroup: valueMapOf(place, 'workerGroup') }),
    ...(fieldOf(place, 'workerSelector') !== undefined && { workerSelector: valueMapOf(place, 'workerSelector') }),
  }
}

const PRIORITIES = ['LOWEST', 'LOW', 'NORMAL', 'HIGH', 'HIGHEST'] as const

function markDialects(place: Place): void {
  for (const key of ['pluginDefaults', 'taskDefaults', 'listeners']) {
    if (fieldOf(place, key) !== undefined) mark(place, 1, key, `\`${key}\``)
  }
  if (fieldOf(place, 'quota') !== undefined) withoutEffect(place, 'quota')
  for (const key of ['quota', 'workerSelector'])
    if (fieldOf(place, key) !== undefined) mark(place, 2, key, `\`${key}\``)
}

/** A flow with more plugin defaults has lost its way. */
const DEFAULTS_MAX = 200
const DEFAULT_KEYS: ReadonlySet<string> = new Set(['type', 'forced', 'values'])

/** The flow's own plugin defaults, under their present or their former name. */
function parseOwnDefaults(place: Place): readonly NodeDefault[] {
  if (fieldOf(place, 'taskDefaults') !== undefined) {
    deprecated(place, 'taskDefaults', '`taskDefaults` is now `pluginDefaults`.')
  }
  const items = [...placesOf(place, 'pluginDefaults'), ...placesOf(place, 'taskDefaults')]
  const surplus = items[DEFAULTS_MAX]
  if (surplus !== undefined) {
    const message = `A flow has at most ${DEFAULTS_MAX} plugin defaults.`
    const { path, map } = surplus
    report(place.reading, { severity: 'error', code: 'too-many-defaults', message, path, offset: map.start })
  }
  return items.slice(0, DEFAULTS_MAX).map(item => {
    refuseUnknown(item, DEFAULT_KEYS, 'a plugin default')
    const type = requiredText(item, 'type', 'a plugin default')
    const values = mapOf(item, 'values')?.map ?? emptyMap(item)
    return { type, forced: booleanOf(item, 'forced', false), values }
  })
}

function emptyMap(place: Place): YamlMap {
  return { type: 'map', start: place.map.start, size: 1, entries: new Map() }
}

const LISTENER_KEYS: ReadonlySet<string> = new Set(['description', 'conditions', 'tasks'])

function parseListeners(place: Place): readonly Listener[] {
  if (fieldOf(place, 'listeners') !== undefined) {
    deprecated(place, 'listeners', '`listeners` are replaced by `afterExecution` and Flow triggers.')
  }
  return placesOf(place, 'listeners').map(item => {
    refuseUnknown(item, LISTENER_KEYS, 'a listener')
    const description = textOf(item, 'description')
    const parts = { conditions: parseConditions(item, 'conditions'), tasks: parseTasks(item, 'tasks') }
    return description === undefined ? parts : { ...parts, description }
  })
}

const CONCURRENCY_KEYS: ReadonlySet<string> = new Set(['limit', 'behavior', 'pool'])

function parseConcurrency(owner: Place): Concurrency | undefined {
  const place = mapOf(owner, 'concurrency')
  if (place === undefined) return undefined
  refuseUnknown(place, CONCURRENCY_KEYS, '`concurrency`')
  const pool = textOf(place, 'pool')
  if (fieldOf(place, 'limit') === undefined && pool === undefined) missing(place, 'limit', '`concurrency`')
  const limit = integerOf(place, 'limit')
  const behavior = choiceOf(place, 'behavior', ['QUEUE', 'CANCEL', 'FAIL'] as const) ?? 'QUEUE'
  const named = pool === undefined ? {} : { pool }
  if (limit === undefined) return pool === undefined ? undefined : { ...named, behavior }
  const node = fieldOf(place, 'limit')
  if (limit < 1 && node !== undefined) wrongType(place, 'limit', node, 'greater than 0')
  return limit < 1 ? undefined : { limit, ...named, behavior }
}

const SLA_KEYS: ReadonlySet<string> = new Set(['id', 'type', 'behavior', 'labels', 'duration', 'assert'])
const CHECK_KEYS: ReadonlySet<string> = new Set(['condition', 'when', 'message', 'style', 'behavior'])

function parseMaps(owner: Place, key: 'sla' | 'checks', known: ReadonlySet<string>): Flow['sla'] {
  return placesOf(owner, key).map(place => {
    refuseUnknown(place, known, key === 'sla' ? 'an SLA' : 'a check')
    return valuesOf(place.map)
  })
}
