// The bodies of requests and replies. Kestra's documents are described by the fields that clients rely on; they may carry more.
import Type, { type Static, type TObject, type TSchema } from 'typebox'

export const NoParams = Type.Object({})
export const NoQuery = Type.Object({})

const AnyMap = Type.Record(Type.String(), Type.Unknown())
const Instant = Type.String({ description: 'ISO 8601, UTC' })

export const Label = Type.Object({ key: Type.String(), value: Type.String() })

export const State = Type.Object({
  current: Type.String(),
  histories: Type.Array(Type.Object({ state: Type.String(), date: Instant })),
  duration: Type.Optional(Type.String({ description: 'ISO 8601 duration' })),
  startDate: Instant,
  endDate: Type.Optional(Instant),
})

export const TaskRunAttempt = Type.Object({
  state: State,
  logFile: Type.Optional(Type.String()),
  metrics: Type.Optional(Type.Array(AnyMap)),
})

export const TaskRun = Type.Object({
  id: Type.String(),
  taskId: Type.String(),
  executionId: Type.Optional(Type.String()),
  namespace: Type.Optional(Type.String()),
  flowId: Type.Optional(Type.String()),
  parentTaskRunId: Type.Optional(Type.String()),
  value: Type.Optional(Type.String()),
  iteration: Type.Optional(Type.Integer()),
  attempts: Type.Optional(Type.Array(TaskRunAttempt)),
  outputs: Type.Optional(AnyMap),
  state: State,
})

export const Execution = Type.Object({
  id: Type.String(),
  tenantId: Type.Optional(Type.String()),
  namespace: Type.String(),
  flowId: Type.String(),
  flowRevision: Type.Integer(),
  taskRunList: Type.Optional(Type.Array(TaskRun)),
  inputs: Type.Optional(AnyMap),
  outputs: Type.Optional(AnyMap),
  variables: Type.Optional(AnyMap),
  labels: Type.Optional(Type.Array(Label)),
  state: State,
  parentId: Type.Optional(Type.String()),
  originalId: Type.Optional(Type.String()),
  trigger: Type.Optional(Type.Object({ id: Type.String(), type: Type.String(), variables: Type.Optional(AnyMap) })),
  metadata: Type.Optional(Type.Object({ attemptNumber: Type.Integer(), originalCreatedDate: Type.Optional(Instant) })),
  scheduleDate: Type.Optional(Instant),
  breakpoints: Type.Optional(Type.Array(Type.Object({ id: Type.String(), value: Type.Optional(Type.String()) }))),
  deleted: Type.Optional(Type.Boolean()),
  url: Type.Optional(Type.String()),
  waitsFor: Type.Optional(Type.String({ description: 'Rows of lists by key: what it needs before it goes on.' })),
  failure: Type.Optional(
    Type.Object(
      {
        taskId: Type.String(),
        taskRunId: Type.String(),
        message: Type.Optional(Type.String()),
      },
      { description: 'Rows of lists by key: the last task run that failed, and the end of its log.' },
    ),
  ),
})

export const ExecutionStatus = Type.Object({
  executionId: Type.String(),
  tenantId: Type.String(),
  namespace: Type.String(),
  flowId: Type.String(),
  state: Type.Object({ current: Type.String(), startDate: Instant, endDate: Type.Optional(Instant) }),
})

export const Flow = Type.Object({
  id: Type.String(),
  tenantId: Type.Optional(Type.String()),
  namespace: Type.String(),
  revision: Type.Integer(),
  description: Type.Optional(Type.String()),
  labels: Type.Optional(Type.Array(Label)),
  inputs: Type.Optional(Type.Array(AnyMap)),
  outputs: Type.Optional(Type.Array(AnyMap)),
  variables: Type.Optional(AnyMap),
  tasks: Type.Optional(Type.Array(AnyMap)),
  errors: Type.Optional(Type.Array(AnyMap)),
  finally: Type.Optional(Type.Array(AnyMap)),
  afterExecution: Type.Optional(Type.Array(AnyMap)),
  triggers: Type.Optional(Type.Array(AnyMap)),
  disabled: Type.Boolean(),
  deleted: Type.Boolean(),
  draft: Type.Optional(Type.Boolean({ description: 'It is not published.' })),
  updated: Type.Optional(Instant),
  source: Type.Optional(Type.String()),
  exception: Type.Optional(Type.String({ description: 'Why a stored flow cannot be read any more.' })),
})

export const Violation = Type.Object({
  index: Type.Integer(),
  flow: Type.Optional(Type.String()),
  namespace: Type.Optional(Type.String()),
  constraints: Type.Optional(Type.String({ description: 'Absent when the flow is valid.' })),
  outdated: Type.Boolean(),
  deprecationPaths: Type.Array(Type.String()),
  warnings: Type.Array(Type.String()),
  infos: Type.Array(Type.String()),
  diagnostics: Type.Optional(
    Type.Array(
      Type.Object({
        severity: Type.String(),
        code: Type.String(),
        message: Type.String(),
        path: Type.String(),
        line: Type.Optional(Type.Integer()),
        column: Type.Optional(Type.Integer()),
      }),
    ),
  ),
})

export const InputReport = Type.Object({
  id: Type.String(),
  namespace: Type.String(),
  inputs: Type.Array(
    Type.Object({
      input: AnyMap,
      value: Type.Optional(Type.Unknown()),
      enabled: Type.Boolean(),
      isDefault: Type.Boolean(),
      errors: Type.Optional(Type.Array(Type.Object({ message: Type.String() }))),
    }),
  ),
  checks: Type.Array(AnyMap),
})

export const LogEntry = Type.Object({
  namespace: Type.String(),
  flowId: Type.String(),
  executionId: Type.String(),
  taskId: Type.Optional(Type.String()),
  taskRunId: Type.Optional(Type.String()),
  attemptNumber: Type.Optional(Type.Integer()),
  triggerId: Type.Optional(Type.String()),
  timestamp: Instant,
  level: Type.String(),
  thread: Type.Optional(Type.String()),
  message: Type.String(),
})

export const BulkReply = Type.Object({
  count: Type.Integer(),
  operationId: Type.Optional(Type.String({ description: 'Dialect c.' })),
  totalItems: Type.Optional(Type.Integer({ description: 'Dialect c.' })),
})
export const Labels = Type.Array(Label, { maxItems: 1_000 })
export const FileMetas = Type.Object({ size: Type.Integer() })
export const EvalReply = Type.Object({
  result: Type.Optional(Type.String()),
  error: Type.Optional(Type.String()),
  stackTrace: Type.Optional(Type.String()),
})
export const FlowForExecution = Type.Object({
  id: Type.String(),
  namespace: Type.String(),
  revision: Type.Optional(Type.Integer()),
})
export const Ids = Type.Array(Type.String(), { maxItems: 10_000 })
export const IdWithNamespace = Type.Object({ id: Type.String(), namespace: Type.String() })
export const Names = Type.Array(Type.String())
export const Anything = AnyMap

export const ErrorReply = Type.Object({
  message: Type.String(),
  code: Type.String({ description: 'Stable word for machines.' }),
  title: Type.String(),
  _links: Type.Optional(Type.Object({ self: Type.Object({ href: Type.String() }) })),
  _embedded: Type.Optional(
    Type.Object({
      errors: Type.Array(Type.Object({ message: Type.String(), path: Type.Optional(Type.String()) })),
    }),
  ),
  newest: Type.Optional(
    Type.Object(
      {
        namespace: Type.String(),
        id: Type.String(),
        revision: Type.Integer(),
        source: Type.String(),
        updated: Type.String(),
      },
      { description: 'With 412: what was saved in between.' },
    ),
  ),
})

export const PAGE_SIZE_MAX = 1_000

/** `page`, `size` and `sort`, as all of Kestra's lists take them. */
export const Paging = {
  page: Type.Optional(Type.Integer({ minimum: 1, default: 1 })),
  size: Type.Optional(Type.Integer({ minimum: 1, maximum: PAGE_SIZE_MAX, default: 10 })),
  sort: Type.Optional(Type.Array(Type.String({ pattern: '^[A-Za-z0-9_.]+:(asc|desc)$' }))),
}

/** Of lists by key: empty for the first page, then the `next` of the page before. */
export const Cursor = { cursor: Type.Optional(Type.String({ maxLength: 1_000 })) }

export function pageOf<Row extends TSchema>(
  row: Row,
): TObject<{ results: ReturnType<typeof Type.Array<Row>>; total: ReturnType<typeof Type.Integer> }> {
  return Type.Object({ results: Type.Array(row), total: Type.Integer() })
}

export type ExecutionDocument = Static<typeof Execution>
export type FlowDocument = Static<typeof Flow>
export type LogDocument = Static<typeof LogEntry>
export type ViolationDocument = Static<typeof Violation>
export type ErrorDocument = Static<typeof ErrorReply>
