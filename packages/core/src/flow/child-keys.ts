/** Which properties of a control task hold other tasks, inputs or outputs. */
export interface ChildKeys {
  readonly lists: readonly string[]
  /** Tasks that run at a moment of their own. */
  readonly hooks: readonly string[]
  /** Switch: `cases` and `defaults`. */
  readonly hasCases: boolean
  /** Dag: `tasks` are entries of `task` and `dependsOn`. */
  readonly isDag: boolean
  readonly asks?: string
  readonly outputs?: string
}

const HANDLERS = ['errors', 'finally']
const PLAIN: ChildKeys = { lists: ['tasks', ...HANDLERS], hooks: [], hasCases: false, isDag: false }
const LEAF: ChildKeys = { ...PLAIN, lists: HANDLERS }

/** By canonical type; under the empty name what any other group has. */
export const CHILD_KEYS: ReadonlyMap<string, ChildKeys> = new Map<string, ChildKeys>([
  ['', PLAIN],
  ['io.kestra.plugin.core.flow.Dag', { ...PLAIN, isDag: true }],
  ['io.kestra.plugin.core.flow.If', { ...PLAIN, lists: ['then', 'else', ...HANDLERS] }],
  ['io.kestra.plugin.core.flow.Switch', { ...LEAF, hasCases: true }],
  ['io.kestra.plugin.core.flow.ForEachItem', LEAF],
  ['io.kestra.plugin.core.flow.Template', LEAF],
  ['io.kestra.plugin.core.flow.Wait', LEAF],
  ['io.kestra.plugin.core.flow.Pause', { ...PLAIN, hooks: ['onPause'], asks: 'onResume' }],
  ['io.kestra.plugin.core.flow.Approval', { ...LEAF, hooks: ['onWait', 'onApprove', 'onDeny'], asks: 'inputs' }],
  ['io.kestra.plugin.core.flow.Loop', { ...PLAIN, outputs: 'outputs' }],
])
