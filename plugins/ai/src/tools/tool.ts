import type { ToolSpec } from '../model/chat-types.ts'

/** What a model may use. */
export interface Tool {
  readonly spec: ToolSpec
  use(given: Readonly<Record<string, unknown>>): Promise<string>
}
