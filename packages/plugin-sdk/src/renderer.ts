import type { Value, ValueMap } from '@batuta/core'

/** Renders templates over the variables of one task run. */
export interface Renderer {
  renderText(template: string, scope?: ValueMap): Promise<string>
  renderDeep(value: Value, scope?: ValueMap): Promise<Value>
  renderTyped(value: Value, scope?: ValueMap): Promise<Value>
}
