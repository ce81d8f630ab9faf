// What a topic tells and how it is looked at. Frames are JSON objects without the topic, which the hub writes before them.
export interface TopicWish {
  readonly topic: string
  readonly query?: string
  readonly after?: number
}

export interface Joined<Memory> {
  readonly memory: Memory
  readonly frame: string
}

/** `Memory` is what was told last; each look changes it. */
export interface Source<Memory = unknown> {
  /** Looks are no closer than this. */
  readonly gapMs: number
  /** Looked at again after each change of it. */
  readonly executionId?: string
  /** Looked at so often even if nothing is heard; undefined when hearing is enough now. */
  everyMs(memory: Memory): number | undefined
  /** How it is now, for one who comes. `memory` is what others were told; theirs goes on. */
  join(memory: Memory | undefined, wish: TopicWish): Promise<Joined<Memory>>
  /** From where one who comes again goes on, as `after` of its wish. */
  markOf?(memory: Memory): number
  /** What is new; undefined when nothing is. */
  look(memory: Memory): Promise<string | undefined>
}
