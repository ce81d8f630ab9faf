// Where tasks may connect to: `egress` of the configuration.
import { BatutaError, isList, isMap, mapEntries, mapGet, printValue, type Value, type ValueMap } from '@batuta/core'
import { OPEN_EGRESS, parseNetwork, type EgressRules, type EgressSettings } from '@batuta/plugin-sdk'
import type { Sources } from './sources.ts'

const MODES = ['open', 'listed', 'none'] as const
const HOST_NAME = /^(?:\*\.)?[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?$/i

type Given = (name: string) => Value | undefined

/** @throws {BatutaError} `config-invalid` with the option and the way out. */
export function readEgress(sources: Sources): EgressSettings {
  const variables: Readonly<Record<string, string>> = {
    mode: 'BATUTA_EGRESS_MODE',
    private: 'BATUTA_EGRESS_PRIVATE',
    loopback: 'BATUTA_EGRESS_LOOPBACK',
  }
  const given: Given = name => {
    const variable = variables[name]
    return variable === undefined ? sources.value(`egress.${name}`) : sources.text(`egress.${name}`, variable)
  }
  const rules = rulesOf('egress', given, OPEN_EGRESS)
  return { ...rules, byNamespace: ofNamespaces(sources.value('egress.namespaces'), rules) }
}

/** What a namespace does not say is as for all; what is denied to all stays denied. */
function ofNamespaces(value: Value | undefined, all: EgressRules): Readonly<Record<string, EgressRules>> {
  if (value === undefined || value === null) return {}
  const map = mapOf('egress.namespaces', value)
  return Object.fromEntries(
    Array.from(mapEntries(map), ([name, item]) => {
      const at = `egress.namespaces.${name}`
      const own = mapOf(at, item)
      const rules = rulesOf(at, key => mapGet(own, key), all)
      return [name, { ...rules, deny: [...new Set([...all.deny, ...rules.deny])] }]
    }),
  )
}

function rulesOf(at: string, given: Given, otherwise: EgressRules): EgressRules {
  return {
    mode: modeOf(`${at}.mode`, given('mode'), otherwise.mode),
    allow: placesOf(`${at}.allow`, given('allow'), otherwise.allow),
    deny: placesOf(`${at}.deny`, given('deny'), otherwise.deny),
    isPrivateOpen: truthOf(`${at}.private`, given('private'), otherwise.isPrivateOpen),
    isLoopbackOpen: truthOf(`${at}.loopback`, given('loopback'), otherwise.isLoopbackOpen),
  }
}

function modeOf(at: string, value: Value | undefined, otherwise: EgressRules['mode']): EgressRules['mode'] {
  if (value === undefined || value === null) return otherwise
  const found = MODES.find(mode => mode === printValue(value))
  if (found === undefined) throw wrong(at, value, `one of ${MODES.join(', ')}`)
  return found
}

function truthOf(at: string, value: Value | undefined, otherwise: boolean): boolean {
  if (value === undefined || value === null) return otherwise
  const text = printValue(value)
  if (text !== 'true' && text !== 'false') throw wrong(at, value, 'true or false')
  return text === 'true'
}

function placesOf(at: string, value: Value | undefined, otherwise: readonly string[]): readonly string[] {
  if (value === undefined || value === null) return otherwise
  if (!isList(value)) throw wrong(at, value, 'a list of names, *.names, addresses and networks')
  return value.map(item => {
    const text = printValue(item).trim()
    // A network that was mistyped would otherwise be a name that never comes.
    const isName = HOST_NAME.test(text) && !/^[\d.]+$/.test(text)
    if (!parseNetwork(text) && !isName) throw wrong(at, item, 'a name, a *.name, an address or a network')
    return text
  })
}

function mapOf(at: string, value: Value): ValueMap {
  if (value === null || typeof value !== 'object' || !isMap(value)) throw wrong(at, value, 'a map')
  return value
}

function wrong(at: string, value: Value, what: string): BatutaError {
  return new BatutaError('config-invalid', `The option ${at} is "${printValue(value)}": it must be ${what}.`)
}
