// The pages whose visit is measured, each with what shows that it is there.
import type { FixtureState } from '../fixture/fixture.ts'
import { BIG_NAMESPACE } from '../fixture/fixture-flows.ts'
import type { PageSpec } from './visit.ts'

const LIST_KB = 200
const LOGS_KB = 195
const ROWS = 'main tbody tr[aria-rowindex="2"]'

export function pagesOf({ ran }: FixtureState): readonly PageSpec[] {
  const big = (flowId: string, tab: string): string => `/ui/executions/${BIG_NAMESPACE}/${flowId}/${ran[flowId]}/${tab}`
  const list = { content: ROWS, key: 'j', scriptMostKB: LIST_KB }
  return [
    { name: 'welcome', path: '/ui/welcome', content: 'main button', scriptMostKB: LIST_KB },
    { name: 'home', path: '/ui/dashboards', content: 'main a[href*="/executions/"]', scriptMostKB: LIST_KB + 25 },
    { name: 'flows', path: '/ui/flows?view=flat', ...list },
    { name: 'flows by namespace', path: '/ui/flows', content: 'main h1, main table', scriptMostKB: LIST_KB },
    {
      name: 'flow',
      path: '/ui/flows/edit/shop.area3/pipeline_0',
      content: 'main [role=tabpanel], main table',
      scriptMostKB: LIST_KB,
    },
    { name: 'executions', path: '/ui/executions', ...list },
    { name: 'task runs', path: '/ui/taskruns', ...list },
    { name: 'triggers', path: '/ui/admin/triggers', ...list },
    { name: 'inbox', path: '/ui/inbox', content: 'main h1', scriptMostKB: LIST_KB },
    { name: 'keys', path: '/ui/kv', content: 'main h1', scriptMostKB: LIST_KB },
    { name: 'calendar', path: '/ui/calendar', content: 'main [role=group] button, main table', scriptMostKB: LIST_KB },
    { name: 'namespaces', path: '/ui/namespaces', content: 'main a[href*="/namespaces/"]', scriptMostKB: LIST_KB },
    { name: 'logs', path: '/ui/logs', content: 'main [role=log] > * *', scriptMostKB: LOGS_KB },
    { name: 'logs of 10⁶ lines', path: big('long_log', 'logs'), content: 'main [role=log] a', scriptMostKB: LOGS_KB },
    {
      name: 'overview of 10⁴ runs',
      path: big('many_tasks', 'overview'),
      content: '[role=treegrid] [role=row][aria-level]',
      scriptMostKB: LIST_KB,
    },
    {
      name: 'gantt of 10⁴ runs',
      path: big('many_tasks', 'gantt'),
      content: '[role=treegrid] [role=row][aria-level]',
      scriptMostKB: LIST_KB,
    },
    {
      name: 'loop of 10⁶',
      path: big('long_loop', 'gantt'),
      content: '[role=treegrid] [role=row][aria-level]',
      scriptMostKB: LIST_KB,
    },
    {
      name: 'topology of 500',
      path: `/ui/flows/edit/${BIG_NAMESPACE}/wide/topology`,
      content: 'main [data-id]',
      scriptMostKB: LIST_KB + 65,
    },
    {
      name: 'editor of 5,000 lines',
      path: `/ui/flows/edit/${BIG_NAMESPACE}/long_source/edit`,
      content: '.cm-line',
      scriptMostKB: LIST_KB + 165,
      interactiveMostMs: 1_200,
    },
  ]
}
