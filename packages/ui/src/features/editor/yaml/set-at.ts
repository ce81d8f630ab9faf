import { setProperty, type TextEdit } from './edit-yaml.ts'
import { nodeAt, parseYamlTree } from './yaml-tree.ts'

/** Sets what stands at a path and, where they are missing, the maps above it; undefined takes it away. */
export function setAt(text: string, path: string, value: unknown): readonly TextEdit[] {
  const steps = path.split('.')
  const key = steps.at(-1) ?? ''
  const owner = steps.slice(0, -1).join('.')
  const root = parseYamlTree(text)
  if (owner === '' || nodeAt(root, owner)?.type === 'map') return setProperty(text, owner, key, value)
  return value === undefined ? [] : setAt(text, owner, { [key]: value })
}
