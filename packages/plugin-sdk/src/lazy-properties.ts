// The properties of one task as its author wrote them, bound to the context that renders them. Nothing is rendered before the task
// asks: a template may read a file or a secret, and some templates are meant to be rendered once per row.
import { isMap, mapGet } from '@batuta/core'
import type { Value, ValueMap } from '@batuta/core'
import { convertValue } from './convert-value.ts'
import type { Property, PropertyKind, PropertySpec, Rendered, Shape } from './property.ts'
import type { RunContext } from './run-context.ts'
import { assume } from './std/assume.ts'
import { TaskError } from './task-error.ts'

export interface LazyProperty<T> {
  /** True when the author wrote the property, be it as a default of the namespace. */
  readonly isSet: boolean
  /** As written, or the default; undefined when there is neither. */
  readonly raw: Value | undefined
  /** Rendered when the property is dynamic, then converted. `scope` is laid over the variables. */
  render(scope?: ValueMap): Promise<T>
}

export type LazyProperties<S extends Shape> = {
  readonly [K in keyof S]: S[K] extends Property<infer T, infer P>
    ? LazyProperty<P extends 'present' ? T : T | undefined>
    : never
}

type TextRenderer = Pick<RunContext, 'renderText' | 'renderDeep'>

export function bindProperties<S extends Shape>(shape: S, written: ValueMap, ctx: TextRenderer): LazyProperties<S> {
  const bound: Record<string, LazyProperty<unknown>> = {}
  for (const [name, { spec }] of Object.entries(shape)) {
    const value = findWritten(name, spec, written)
    const raw = value ?? spec.defaultValue
    bound[name] = {
      isSet: value !== undefined,
      raw,
      render: scope => renderProperty(name, spec, raw, { ctx, scope, isInherited: spec.isDynamic }),
    }
  }
  return assume<LazyProperties<S>>(bound)
}

/** Renders all properties at once, for tasks that need every one of them. */
export async function renderAll<S extends Shape>(props: LazyProperties<S>): Promise<Rendered<S>> {
  const rendered: Record<string, unknown> = {}
  for (const [name, lazy] of Object.entries<LazyProperty<unknown>>(props)) {
    rendered[name] = await lazy.render()
  }
  return assume<Rendered<S>>(rendered)
}

/** Null counts as not written. */
function findWritten(name: string, spec: PropertySpec, written: ValueMap): Value | undefined {
  for (const key of [name, ...spec.aliases]) {
    const value = mapGet(written, key)
    if (value !== undefined && value !== null) return value
  }
  return undefined
}

interface Rendering {
  readonly ctx: TextRenderer
  readonly scope: ValueMap | undefined
  /** A dynamic property renders all that is inside it. */
  readonly isInherited: boolean
}

async function renderProperty(
  name: string,
  spec: PropertySpec,
  raw: Value | undefined,
  rendering: Rendering,
): Promise<unknown> {
  if (spec.kind.type === 'object' && raw !== undefined && isMap(raw)) {
    return renderShape(name, spec.kind.shape, raw, rendering)
  }
  const value = raw === undefined || !rendering.isInherited ? raw : await renderRaw(raw, rendering)
  const converted = value === undefined ? undefined : await convertProperty(name, spec.kind, value, rendering)
  if (converted === undefined && spec.isRequired) {
    throw new TaskError(
      raw === undefined
        ? `property "${name}" is required`
        : `property "${name}" is required, but ${JSON.stringify(raw)} renders to nothing`,
    )
  }
  return converted
}

function renderRaw(raw: Value, { ctx, scope }: Rendering): Promise<Value> {
  return typeof raw === 'string' ? ctx.renderText(raw, scope) : ctx.renderDeep(raw, scope)
}

/** Objects in lists and maps keep their own shape, so that defaults and conversions reach them. */
async function convertProperty(name: string, kind: PropertyKind, value: Value, rendering: Rendering): Promise<unknown> {
  const converted = convertValue(kind, value, name)
  if (converted === undefined) return undefined
  if (kind.type === 'object') return renderShape(name, kind.shape, assume<ValueMap>(converted), rendering)
  if (kind.type === 'list' && kind.item.type === 'object') {
    const shape = kind.item.shape
    const items = assume<readonly ValueMap[]>(converted)
    return Promise.all(items.map((item, at) => renderShape(`${name}[${at}]`, shape, item, rendering)))
  }
  return converted
}

async function renderShape(path: string, shape: Shape, written: ValueMap, rendering: Rendering): Promise<unknown> {
  const rendered: Record<string, unknown> = {}
  for (const [name, { spec }] of Object.entries(shape)) {
    const raw = findWritten(name, spec, written) ?? spec.defaultValue
    const isInherited = rendering.isInherited || spec.isDynamic
    rendered[name] = await renderProperty(`${path}.${name}`, spec, raw, { ...rendering, isInherited })
  }
  return rendered
}
