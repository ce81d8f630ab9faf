// All queries that we give to others: those of the board, and those of the rules with their alerts.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseYaml, toPlain } from '../../packages/core/src/index.ts'
import { ROOT } from '../e2e/batuta.ts'

export const BOARD_FILE: string = join(ROOT, 'deploy', 'grafana', 'batuta.json')
export const PROMETHEUS_DIR: string = join(ROOT, 'deploy', 'prometheus')
export const RULES_FILE: string = join(PROMETHEUS_DIR, 'alerts.yaml')

export interface Query {
  /** The panel, the rule or the alert. */
  readonly name: string
  readonly expr: string
}

export interface Panel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly gridPos: { readonly h: number; readonly w: number; readonly x: number; readonly y: number }
  readonly targets?: readonly { readonly expr: string }[]
}

export interface Board {
  readonly panels: readonly Panel[]
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] }
}

export interface Rule {
  readonly record?: string
  readonly alert?: string
  readonly expr: string
}

export function readBoard(): Board {
  return JSON.parse(readFileSync(BOARD_FILE, 'utf8'))
}

/** As Grafana sends them, with all chosen in every list. */
export function boardQueries({ panels, templating }: Board): readonly Query[] {
  const lists = templating.list.flatMap(({ name, definition }): readonly Query[] => {
    const [, inner] = /^label_values\((.*), \w+\)$/.exec(definition ?? '') ?? []
    return inner === undefined ? [] : [{ name: `list ${name}`, expr: filled(inner) }]
  })
  const shown = panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr }) => ({ name: title, expr: filled(expr) })),
  )
  return [...lists, ...shown]
}

function filled(expr: string): string {
  return expr
    .replaceAll('$__rate_interval', '20s')
    .replaceAll('$__range', '1m')
    .replaceAll(/\$(job|instance|namespace|flow)\b/g, '.*')
}

export function readRules(): readonly Rule[] {
  const { value } = parseYaml(readFileSync(RULES_FILE, 'utf8'))
  const { groups } = toPlain(value ?? null) as { readonly groups: readonly { readonly rules: readonly Rule[] }[] }
  return groups.flatMap(group => group.rules)
}

const METRIC = /\b(?:batuta|nodejs|process|kestra)_[a-z0-9_]+/g

/** The metrics of ours that are asked for, without what a histogram or a timer adds to its name; recorded ones have a colon. */
export function metricsIn(expr: string): readonly string[] {
  const plain = expr.replaceAll(/\b[a-z]+:[a-z0-9_:]+/g, '')
  return [...new Set(plain.match(METRIC) ?? [])]
}

export function familyOf(metric: string, families: ReadonlySet<string>): string | undefined {
  if (families.has(metric)) return metric
  const base = metric.replace(/_(bucket|sum|count)$/, '')
  return families.has(base) ? base : undefined
}
