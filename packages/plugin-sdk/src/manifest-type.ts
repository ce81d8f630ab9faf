// What a manifest says of a type, so that nobody loads a plugin to know what is in it.
import { schemaOf } from './property-schema.ts'
import type { Example, MetricDescription, OutputDescription, TypeDescription } from './task.ts'

export interface ManifestType {
  readonly type: string
  readonly aliases: readonly string[]
  readonly kind: string
  readonly title: string
  readonly description?: string
  readonly deprecated?: string
  /** JSON schema of the properties. */
  readonly schema: unknown
  readonly outputs: readonly OutputDescription[]
  readonly outputsSchema: unknown
  readonly metrics: readonly MetricDescription[]
  readonly examples: readonly Example[]
}

/** Kinds as the catalogue of the core names them. */
const KINDS: Readonly<Record<string, string>> = {
  task: 'task',
  'task runner': 'runner',
  part: 'other',
  'polling trigger': 'polling',
  'realtime trigger': 'realtime',
}

export function manifestTypeOf(definition: TypeDescription & { readonly kind: string }): ManifestType {
  const { type, aliases = [], title, description, deprecated, outputs = [], metrics = [], examples = [] } = definition
  const schema = schemaOf(definition)
  return {
    type,
    aliases,
    kind: KINDS[definition.kind] ?? definition.kind,
    title,
    ...(description === undefined ? {} : { description }),
    ...(deprecated === undefined ? {} : { deprecated }),
    schema: schema.properties,
    outputs,
    outputsSchema: schema.outputs,
    metrics,
    examples,
  }
}
