// What is wrong with the text of a policy: read with the same function as on the server, and each problem put where it is in the text.
import { parseYaml, readPolicy } from '@batuta/core'
import { parseYamlTree, type YamlNode } from '../editor/yaml/yaml-tree.ts'

/** As the editor marks it. */
export interface PolicyProblem {
  readonly from: number
  /** Behind the last letter. */
  readonly to: number
  readonly severity: 'error'
  readonly message: string
  readonly line: number
}

const LINE = / \(line (\d+)\)$/

export function problemsOfPolicy(text: string): readonly PolicyProblem[] {
  const { value, problem } = parseYaml(text)
  if (problem !== undefined) {
    const line = Number(LINE.exec(problem)?.[1] ?? 1)
    return [problemAt(text, startOfLine(text, line), problem.replace(LINE, ''))]
  }
  const tree = parseYamlTree(text)
  return readPolicy(value ?? null).problems.map(found => {
    const [, place = '', message = found] = /^([\w.[\]]+): (.*)$/s.exec(found) ?? []
    return problemAt(text, placeIn(tree, place), place === '' ? message : found)
  })
}

function problemAt(text: string, from: number, message: string): PolicyProblem {
  const line = text.slice(0, from).split('\n').length
  const length = /^[^\n]*/.exec(text.slice(from))?.[0].trimEnd().length ?? 0
  return { from, to: Math.min(text.length, from + Math.max(1, length)), severity: 'error', message, line }
}

function startOfLine(text: string, line: number): number {
  return text
    .split('\n')
    .slice(0, line - 1)
    .reduce((at, before) => at + before.length + 1, 0)
}

/** Of `rules[0].where[1].field`, or of what is nearest to it where that is missing. */
function placeIn(tree: YamlNode | undefined, place: string): number {
  let node = tree
  let from = tree?.from ?? 0
  for (const step of place.split(/[.[\]]+/).filter(Boolean)) {
    const next = stepInto(node, step)
    if (next === undefined) return from
    from = next.from
    node = next.value
  }
  return from
}

function stepInto(
  node: YamlNode | undefined,
  step: string,
): { readonly from: number; readonly value: YamlNode | undefined } | undefined {
  if (node?.type === 'map') return node.entries.find(({ key }) => key === step)
  if (node?.type === 'list') return node.items[Number(step)]
  return undefined
}
