import { mapFrom } from '../std/value.ts'
import type { Value, ValueMap } from '../std/value.ts'
import { TRIGGER_KEYS } from './common-keys.ts'
import type { Trigger } from './flow.ts'
import { parseBreaker } from './parse-breaker.ts'
import { checkProperties, propertyValue, resolveType } from './parse-type.ts'
import {
  booleanOf,
  choiceOf,
  deprecated,
  fieldOf,
  join,
  labelsOf,
  LOG_LEVELS,
  mark,
  placeOf,
  placesOf,
  requiredText,
  textOf,
  textsOf,
  valueMapOf,
} from './reading.ts'
import type { Place } from './reading.ts'
import { valueOf } from './yaml-node.ts'
import type { YamlNode } from './yaml-node.ts'

const TRIGGER_KINDS = new Set(['trigger', 'polling', 'realtime'])
const CONDITION_KINDS = new Set(['condition'])
const CONDITION_KEYS: ReadonlySet<string> = new Set(['type'])
const EMPTY: ReadonlySet<string> = new Set()
/** Common keys that have no field of their own in `Trigger`, and stay with the properties of the type. */
const KEPT_KEYS = [
  'when',
  'version',
  'logToFile',
  'workerGroup',
  'workerSelector',
  'failOnTriggerError',
  'allowConcurrent',
  'assets',
]
const FLOW_TRIGGER = 'io.kestra.plugin.core.trigger.Flow'
const FLOW_KEYS_OF_2 = ['dependsOn', 'mode', 'minSatisfied', 'window', 'onMiss']

export function parseTriggers(owner: Place, key: string): readonly Trigger[] {
  return placesOf(owner, key).map(parseTrigger)
}

function parseTrigger(place: Place): Trigger {
  const type = resolveType(place, 'a trigger', TRIGGER_KINDS)
  checkProperties(place, type, { common: TRIGGER_KEYS, children: EMPTY })
  markDialects(place, type?.type)
  const description = textOf(place, 'description')
  if (fieldOf(place, 'minLogLevel') !== undefined) deprecated(place, 'minLogLevel', '`minLogLevel` is now `logLevel`.')
  const circuitBreaker = parseBreaker(place)
  const logLevel = choiceOf(place, 'logLevel', LOG_LEVELS) ?? choiceOf(place, 'minLogLevel', LOG_LEVELS)
  return {
    id: requiredText(place, 'id', 'a trigger'),
    type: type?.type ?? textOf(place, 'type') ?? '',
    path: place.path,
    disabled: booleanOf(place, 'disabled', false),
    conditions: [...parseConditions(place, 'conditions'), ...parseConditions(place, 'scheduleConditions')],
    labels: labelsOf(place, 'labels'),
    inputs: valueMapOf(place, 'inputs'),
    stopAfter: textsOf(place, 'stopAfter'),
    properties: propertiesOf(place, name => type?.properties.get(name)?.type),
    ...(description !== undefined && { description }),
    ...(logLevel !== undefined && { logLevel }),
    ...(circuitBreaker !== undefined && { circuitBreaker }),
  }
}

function markDialects(place: Place, type: string | undefined): void {
  const has = (key: string): boolean => fieldOf(place, key) !== undefined
  if (has('when')) mark(place, 2, 'when', '`when` on triggers')
  if (has('conditions')) mark(place, 1, 'conditions', '`conditions` of triggers')
  if (has('scheduleConditions')) mark(place, 1, 'scheduleConditions', '`scheduleConditions` of triggers')
  if (type !== FLOW_TRIGGER) return
  if (has('preconditions')) mark(place, 1, 'preconditions', '`preconditions` of Flow triggers')
  for (const key of FLOW_KEYS_OF_2) if (has(key)) mark(place, 2, key, `\`${key}\` of Flow triggers`)
}

function propertiesOf(place: Place, typeOf: (name: string) => string | undefined): ValueMap {
  const own: [string, Value][] = []
  for (const [key, entry] of place.map.entries) {
    if ((TRIGGER_KEYS.has(key) && !KEPT_KEYS.includes(key)) || key === 'scheduleConditions') continue
    own.push([key, propertyValue(entry.value, typeOf(key))])
  }
  return mapFrom(own)
}

/** Conditions stay values, with canonical types, also in the conditions they hold themselves. */
export function parseConditions(owner: Place, key: string): readonly ValueMap[] {
  return placesOf(owner, key).map(parseCondition)
}

function parseCondition(place: Place): ValueMap {
  const type = resolveType(place, 'a condition', CONDITION_KINDS)
  checkProperties(place, type, { common: CONDITION_KEYS, children: EMPTY })
  const own: [string, Value][] = []
  for (const [key, entry] of place.map.entries) {
    own.push([
      key,
      key === 'type' ? (type?.type ?? '') : conditionValue(place, key, entry.value, type?.properties.get(key)?.type),
    ])
  }
  return mapFrom(own)
}

function conditionValue(place: Place, key: string, node: YamlNode, type: string | undefined): Value {
  if (key !== 'conditions') return propertyValue(node, type)
  if (node.type === 'list') return parseConditions(place, key)
  if (node.type !== 'map') return valueOf(node)
  const path = join(place.path, key)
  return mapFrom(
    Array.from(node.entries, ([name, entry]) => {
      const inner = placeOf(place.reading, entry.value, join(path, name))
      return [name, inner === undefined ? null : parseCondition(inner)] as const
    }),
  )
}
