// What people keep for themselves, what waits for them, what keeps failing, and where to find something.
import Type from 'typebox'
import { defineRoute, ofTenant } from './route.ts'
import { Anything, Cursor, NoParams, NoQuery } from './shapes.ts'

const NONE = { type: 'none' } as const
const OfView = Type.Object({ id: Type.String() })

const ViewBody = Type.Object({
  name: Type.String({ minLength: 1, maxLength: 200 }),
  page: Type.String({ minLength: 1, maxLength: 100, description: 'Such as executions' }),
  filters: Type.Optional(Type.String({ maxLength: 4_000, description: 'As they stand in the address' })),
  columns: Type.Optional(Type.Array(Type.String({ maxLength: 200 }), { maxItems: 100 })),
  sort: Type.Optional(Type.String({ maxLength: 200 })),
  hasChart: Type.Optional(Type.Boolean()),
  namespace: Type.Optional(Type.String({ maxLength: 200, description: 'Shared with whoever works in it' })),
  isShared: Type.Optional(Type.Boolean()),
  isPinned: Type.Optional(Type.Boolean()),
  isDefault: Type.Optional(Type.Boolean()),
})

const View = Type.Object({
  ...ViewBody.properties,
  id: Type.String(),
  owner: Type.Optional(Type.String()),
  isOwn: Type.Boolean(),
  updated: Type.String(),
})

const Preferences = Type.Object({ values: Anything, updated: Type.Union([Type.String(), Type.Null()]) })

const SearchHit = Type.Object({
  id: Type.String(),
  namespace: Type.Optional(Type.String()),
  title: Type.String(),
  detail: Type.Optional(Type.String()),
  state: Type.Optional(Type.String()),
})

const SearchGroup = Type.Object({
  type: Type.String({ description: 'flows, executions, namespaces, files, keys, plugins, views' }),
  hits: Type.Array(SearchHit),
  hasMore: Type.Boolean(),
})

const HumanTask = Type.Object({
  executionId: Type.String(),
  namespace: Type.String(),
  flowId: Type.String(),
  taskRunId: Type.Optional(Type.String({ description: 'Absent: the whole execution was paused by hand.' })),
  taskId: Type.Optional(Type.String()),
  type: Type.Optional(Type.String()),
  title: Type.Optional(Type.String()),
  value: Type.Optional(Type.String()),
  since: Type.String(),
  due: Type.Optional(Type.String({ description: 'Then it goes on, or fails, by itself.' })),
  isDecision: Type.Boolean(),
  form: Type.Array(Anything, { description: 'The inputs that are asked for.' }),
  labels: Type.Array(Type.Object({ key: Type.String(), value: Type.String() })),
})

const Incident = Type.Object({
  fingerprint: Type.String(),
  taskId: Type.String(),
  type: Type.String(),
  pattern: Type.String({ description: 'The message without what differs from one to the next.' }),
  message: Type.String({ description: 'The latest one.' }),
  count: Type.Integer(),
  firstDate: Type.String(),
  lastDate: Type.String(),
  flows: Type.Array(
    Type.Object({
      namespace: Type.String(),
      flowId: Type.String(),
      count: Type.Integer(),
      revisions: Type.Array(Type.Integer()),
    }),
  ),
  executionIds: Type.Array(Type.String(), { description: 'The latest ones.' }),
  trend: Type.Array(Type.Integer(), { description: 'Over the range, in twenty parts.' }),
  lastSuccess: Type.Optional(
    Type.Object({ executionId: Type.String(), startDate: Type.String(), revision: Type.Integer() }),
  ),
})

export const peopleRoutes = {
  listViews: defineRoute({
    method: 'GET',
    paths: ofTenant('/views'),
    params: NoParams,
    query: Type.Object({ page: Type.Optional(Type.String()) }),
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: Type.Array(View) },
    permission: 'person',
    summary: 'Saved filters: your own, and those that others share.',
  }),
  saveView: defineRoute({
    method: 'PUT',
    paths: ofTenant('/views/{id}'),
    params: OfView,
    query: NoQuery,
    body: { type: 'json', schema: ViewBody },
    status: 200,
    reply: { type: 'json', schema: View },
    permission: 'person',
    summary: 'Save a filter of your own.',
  }),
  deleteView: defineRoute({
    method: 'DELETE',
    paths: ofTenant('/views/{id}'),
    params: OfView,
    query: NoQuery,
    body: NONE,
    status: 204,
    reply: { type: 'empty' },
    refusals: [404],
    permission: 'person',
    summary: 'Delete a filter of your own.',
  }),
  preferences: defineRoute({
    method: 'GET',
    paths: ofTenant('/preferences'),
    params: NoParams,
    query: NoQuery,
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: Preferences },
    permission: 'person',
    summary: 'Your settings of the web page.',
  }),
  savePreferences: defineRoute({
    method: 'PUT',
    paths: ofTenant('/preferences'),
    params: NoParams,
    query: NoQuery,
    body: { type: 'json', schema: Anything },
    status: 200,
    reply: { type: 'json', schema: Preferences },
    permission: 'person',
    summary: 'Set your settings of the web page, all of them.',
  }),
  deletePreferences: defineRoute({
    method: 'DELETE',
    paths: ofTenant('/preferences'),
    params: NoParams,
    query: NoQuery,
    body: NONE,
    status: 204,
    reply: { type: 'empty' },
    permission: 'person',
    summary: 'Forget your settings of the web page.',
  }),
  search: defineRoute({
    method: 'GET',
    paths: ofTenant('/search'),
    params: NoParams,
    query: Type.Object({
      q: Type.String({ minLength: 1, maxLength: 200 }),
      size: Type.Optional(Type.Integer({ minimum: 1, maximum: 50, default: 5, description: 'Of each group' })),
    }),
    body: NONE,
    status: 200,
    reply: { type: 'json', schema: Type.Object({ groups: Type.Array(SearchGroup) }) },
    permission: 'person',
    summary:
      'Whatever is called like this: flows, executions by the beginning of their id, namespaces, files, keys, plugins, views.',
  }),
  humanTasks: defineRoute({
    method: 'GET',
    paths: ofTenant('/human-tasks'),
    params: NoParams,
    query: Type.Object({
      ...Cursor,
      namespace: Type.Optional(Type.String()),
      flowId: Type.Optional(Type.String()),
      size: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50 })),
    }),
    body: NONE,
    status: 200,
    reply: {
      type: 'json',
      schema: Type.Object({ results: Type.Array(HumanTask), next: Type.Union([Type.String(), Type.Null()]) }),
    },
    permission: 'EXECUTION:READ',
    namespaceFrom: 'scope',
    summary: 'What waits for people, with the form that each asks to be filled in; newest executions first.',
  }),
  incidents: defineRoute({
    method: 'GET',
    paths: ofTenant('/incidents'),
    params: NoParams,
    query: Type.Object({
      from: Type.Optional(Type.String({ description: 'Seven days ago unless said' })),
      to: Type.Optional(Type.String()),
      namespace: Type.Optional(Type.String()),
      flowId: Type.Optional(Type.String()),
      fingerprint: Type.Optional(Type.String()),
    }),
    body: NONE,
    status: 200,
    reply: {
      type: 'json',
      schema: Type.Object({
        results: Type.Array(Incident),
        total: Type.Integer({ description: 'Failures that were looked at.' }),
        countedFrom: Type.Optional(Type.String({ description: 'There are too many: older ones were not looked at.' })),
        isReading: Type.Optional(Type.Boolean({ description: 'Older ones are being read: ask again in a moment.' })),
      }),
    },
    permission: 'EXECUTION:READ',
    namespaceFrom: 'scope',
    summary: 'Failures that are alike, by task and message.',
  }),
}
