// An app: a page for people who know nothing of flows. It starts one flow, shows how it goes and what came of it, each stage as blocks from above to below.

export interface App {
  readonly id: string
  readonly namespace: string
  readonly flowId: string
  readonly displayName: string
  readonly description?: string
  readonly tags: readonly string[]
  readonly disabled: boolean
  /** PUBLIC: whoever has the address; PRIVATE: whoever may log in. */
  readonly access: AppAccess
  /** Whether the catalogue shows it. */
  readonly isListed: boolean
  readonly theme: AppTheme
  readonly stages: readonly AppStage[]
}

export type AppAccess = 'PUBLIC' | 'PRIVATE'

/** Three colours as `#rrggbb`; those of the program where they are absent. */
export interface AppTheme {
  readonly page?: string
  readonly text?: string
  readonly accent?: string
}

export const APP_EVENTS = ['OPEN', 'CREATED', 'RUNNING', 'PAUSE', 'RESUME', 'SUCCESS', 'FAILURE', 'FALLBACK'] as const

export type AppEvent = (typeof APP_EVENTS)[number]

export interface AppStage {
  readonly on: AppEvent
  readonly blocks: readonly AppBlock[]
}

export const BLOCK_STYLES = ['DEFAULT', 'SUCCESS', 'INFO', 'WARNING', 'DANGER', 'ERROR'] as const
export const BLOCK_SIZES = ['DEFAULT', 'LARGE', 'SMALL'] as const

export type BlockStyle = (typeof BLOCK_STYLES)[number]
export type BlockSize = (typeof BLOCK_SIZES)[number]

interface ButtonLook {
  readonly text: string
  readonly style: BlockStyle
  readonly size: BlockSize
}

export type AppBlock =
  | { readonly type: 'markdown'; readonly content: string }
  | { readonly type: 'alert'; readonly content: string; readonly style: BlockStyle }
  | ({ readonly type: 'link'; readonly url: string } & ButtonLook)
  | { readonly type: 'redirect'; readonly url: string }
  | { readonly type: 'loading' }
  /** What the flow asks for. */
  | { readonly type: 'form' }
  | ({ readonly type: 'submit' } & ButtonLook)
  | ({ readonly type: 'cancel' } & ButtonLook)
  /** What an execution that waits asks for. */
  | { readonly type: 'answer' }
  | ({ readonly type: 'resume' } & ButtonLook)
  | { readonly type: 'inputs' }
  | { readonly type: 'outputs' }
  | { readonly type: 'logs'; readonly level: string; readonly taskIds: readonly string[] }

const button = (text: string, style: BlockStyle): ButtonLook => ({ text, style, size: 'DEFAULT' })
const RESTART: AppBlock = { type: 'link', url: '?', ...button('Start again', 'DEFAULT') }

/** What is shown where an app says nothing about a stage. */
export const DEFAULT_STAGES: readonly AppStage[] = [
  { on: 'OPEN', blocks: [{ type: 'form' }, { type: 'submit', ...button('Submit', 'INFO') }] },
  { on: 'CREATED', blocks: [{ type: 'loading' }] },
  { on: 'RUNNING', blocks: [{ type: 'loading' }, { type: 'logs', level: 'INFO', taskIds: [] }] },
  { on: 'PAUSE', blocks: [{ type: 'answer' }, { type: 'resume', ...button('Send', 'INFO') }] },
  { on: 'SUCCESS', blocks: [{ type: 'alert', content: 'Done.', style: 'SUCCESS' }, { type: 'outputs' }, RESTART] },
  {
    on: 'FAILURE',
    blocks: [
      { type: 'alert', content: 'This did not work.', style: 'ERROR' },
      { type: 'logs', level: 'WARN', taskIds: [] },
      RESTART,
    ],
  },
]

/** The blocks of a stage: its own, those for whatever else comes, or the usual ones. A resumed execution runs, one that was made will. */
export function blocksOn({ stages }: Pick<App, 'stages'>, event: AppEvent): readonly AppBlock[] {
  const own = (on: AppEvent): readonly AppBlock[] | undefined => stages.find(stage => stage.on === on)?.blocks
  const kin =
    event === 'CREATED' || event === 'RESUME' ? own('RUNNING') : event === 'RUNNING' ? own('CREATED') : undefined
  const found = own(event) ?? kin ?? (event === 'OPEN' ? undefined : own('FALLBACK'))
  return found ?? DEFAULT_STAGES.find(stage => stage.on === event)?.blocks ?? [{ type: 'loading' }]
}
