import { isList, isMap, mapEntries, mapFrom, needsMap } from '../std/value.ts'
import type { Value, ValueMap } from '../std/value.ts'
import type { Need } from './definition.ts'
import type { Scope } from './scope.ts'
import type { Dialect } from './syntax.ts'
import { compileTemplate, renderRecursively } from './template.ts'
import type { CompiledTemplate } from './template.ts'

export interface DeepOptions {
  readonly dialect: Dialect
  /** Texts are rendered until nothing changes any more; keys always once. */
  readonly recursive?: boolean
}

/** A structure whose texts are templates, compiled once. */
export interface CompiledValue {
  readonly isConstant: boolean
  readonly needs: ReadonlySet<Need>
  readonly rendersText: boolean
  readonly paths: readonly (readonly string[])[]
  render(scope: Scope): Value
}

/** Keys and values of maps, elements of lists; everything but text stays what it is. Of two keys that render alike the first wins. */
export function compileDeep(value: Value, options: DeepOptions): CompiledValue {
  const templates: CompiledTemplate[] = []
  const render = compileValue(value, options, templates)
  if (templates.every(template => template.isConstant)) {
    return { isConstant: true, needs: new Set(), rendersText: false, paths: [], render: render ?? (() => value) }
  }
  return {
    isConstant: false,
    needs: new Set(templates.flatMap(template => [...template.needs])),
    rendersText: options.recursive === true || templates.some(template => template.rendersText),
    paths: options.recursive === true ? [[]] : templates.flatMap(template => template.paths),
    render: render ?? (() => value),
  }
}

/** For structures that are rendered once only. */
export function renderDeep(value: Value, scope: Scope, options: DeepOptions): Value {
  return compileDeep(value, options).render(scope)
}

type Render = (scope: Scope) => Value

/** Undefined where nothing below has to be rendered. */
function compileValue(value: Value, options: DeepOptions, templates: CompiledTemplate[]): Render | undefined {
  if (typeof value === 'string') return compileText(value, options, templates)
  if (isList(value)) {
    const items = value.map(item => compileValue(item, options, templates))
    if (items.every(item => item === undefined)) return undefined
    return scope => value.map((item, index) => items[index]?.(scope) ?? item)
  }
  return isMap(value) ? compileMap(value, options, templates) : undefined
}

function compileText(text: string, options: DeepOptions, templates: CompiledTemplate[]): Render | undefined {
  if (!text.includes('{')) return undefined
  const template = compileTemplate(text, options)
  templates.push(template)
  if (options.recursive === true) return scope => renderRecursively(template, scope, options.dialect)
  return scope => template.render(scope)
}

function compileMap(map: ValueMap, options: DeepOptions, templates: CompiledTemplate[]): Render | undefined {
  const entries = Array.from(mapEntries(map), ([key, value]) => ({
    key,
    value,
    renderKey: compileText(key, { dialect: options.dialect }, templates),
    renderValue: compileValue(value, options, templates),
  }))
  if (entries.every(entry => entry.renderKey === undefined && entry.renderValue === undefined)) return undefined
  // Nearly every map: its keys are known to differ, and a plain object can hold them.
  if (entries.every(({ key, renderKey }) => renderKey === undefined && !needsMap(key)))
    return scope => {
      const rendered: Record<string, Value> = {}
      for (const { key, value, renderValue } of entries)
        rendered[key] = renderValue === undefined ? value : renderValue(scope)
      return rendered
    }
  return scope => {
    const seen = new Set<string>()
    const rendered: [string, Value][] = []
    for (const entry of entries) {
      const key = entry.renderKey === undefined ? entry.key : String(entry.renderKey(scope))
      const value = entry.renderValue === undefined ? entry.value : entry.renderValue(scope)
      if (!seen.has(key)) rendered.push([key, value])
      seen.add(key)
    }
    return mapFrom(rendered)
  }
}
