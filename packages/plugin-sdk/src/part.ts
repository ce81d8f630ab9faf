// A type that stands inside a property of a task: the provider of a model, a store, a tool. It has properties and a page, and is read by the task.
import type { Shape } from './property.ts'
import type { TypeDescription } from './task.ts'

export interface PartDefinition<S extends Shape = Shape> extends TypeDescription<S> {
  readonly kind: 'part'
}

export function definePart<S extends Shape>(definition: TypeDescription<S>): PartDefinition<S> {
  return { ...definition, kind: 'part' }
}
