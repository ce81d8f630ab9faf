// One good and one bad use of every task type that runs here, as properties of a task `one` that may read `outputs.file.uri`.

import { outsideCases, type OutsideWorlds } from './outside-cases.ts'
import { stateCases } from './state-cases.ts'

export interface TaskCase {
  /** Without the common prefix. */
  readonly type: string
  /** Absent where a type calls a service whose address is its own. */
  readonly good?: GoodUse
  /** Absent where a type has no way to fail. */
  readonly bad?: BadUse
}

export interface GoodUse {
  readonly props: Props
  /** How the execution ends; SUCCESS unless said. */
  readonly state?: 'SUCCESS' | 'WARNING' | 'KILLED'
  /** What a task before it writes to a file. */
  readonly file?: string
  /** Must be among the outputs. */
  readonly outputs?: Props
  /** What the file holds whose URI is the output `uri`. */
  readonly content?: string | RegExp
  /** A line of the log. */
  readonly log?: RegExp
}

export interface BadUse {
  readonly props: Props
  readonly file?: string
  /** In the log, as an error. */
  readonly reason: RegExp
}

type Props = Readonly<Record<string, unknown>>

const FILE = '{{ outputs.file.uri }}'
const MISSING = 'kestra:///e2e/nowhere.txt'
const NO_FILE = /no file|not exist|nowhere\.txt/
const GHOST = { props: { format: '{{ ghost }}' }, reason: /Unable to find `ghost` .*at line 1, column 4/ }
const PROCESS = { taskRunner: { type: 'io.kestra.plugin.core.runner.Process' } }
const ION = '{id:1,name:"Ada"}\n{id:2,name:"Bob"}\n{id:1,name:"Cleo"}\n'
const OK = { id: 'inner', type: 'io.kestra.plugin.core.debug.Return', format: 'x' }
const BROKEN = { id: 'broken', type: 'io.kestra.plugin.core.execution.Fail', errorMessage: 'broken inside' }
const CUT_OFF = /the file ends inside a value that begins with .?\{"id": /
const INSIDE = /broken inside/

export function taskCases(worlds: OutsideWorlds & { readonly jdbcUrl: string }): readonly TaskCase[] {
  return [
    ...inlineCases(),
    ...controlCases(),
    ...innerCases(),
    ...personalCases(),
    ...storageCases(),
    ...stateCases(),
    ...httpCases(worlds.webUrl),
    ...scriptCases(),
    ...serdesCases(),
    ...jdbcCases(worlds.jdbcUrl),
    ...outsideCases(worlds),
  ]
}

function personalCases(): readonly TaskCase[] {
  const own = 'io.batuta.plugin.core.pii'
  return [
    {
      type: `${own}.Mask`,
      good: { props: { value: 'write to ada@example.com', action: 'redact' }, outputs: { count: 1 } },
      bad: { props: {}, reason: /give either a value, or a file/ },
    },
    {
      type: `${own}.Unmask`,
      good: { props: { value: 'nothing was masked here' }, outputs: { value: 'nothing was masked here', count: 0 } },
      bad: { props: {}, reason: /give either a value, or a file/ },
    },
    {
      type: `${own}.PurgeTokens`,
      good: { props: { olderThan: 'P1D' }, outputs: { count: 0 } },
      bad: { props: { olderThan: '{{ ghost }}' }, reason: /Unable to find `ghost`/ },
    },
  ]
}

function inlineCases(): readonly TaskCase[] {
  return [
    { type: 'core.debug.Return', good: { props: { format: '{{ 1 + 1 }}' }, outputs: { value: '2' } }, bad: GHOST },
    { type: 'core.debug.Echo', good: { props: { format: 'hi' }, log: /^hi$/ }, bad: GHOST },
    {
      type: 'core.log.Log',
      good: { props: { message: 'hi' }, log: /^hi$/ },
      bad: { props: { message: '{{ ghost }}' }, reason: GHOST.reason },
    },
    {
      type: 'core.output.OutputValues',
      good: {
        props: { values: { list: [1, 2], text: 'n={{ 1 }}' } },
        outputs: { values: { list: [1, 2], text: 'n=1' } },
      },
      bad: { props: { values: { a: '{{ ghost }}' } }, reason: GHOST.reason },
    },
    {
      type: 'core.execution.Assert',
      good: { props: { conditions: ['{{ 1 == 1 }}'] } },
      bad: {
        props: { conditions: ['{{ 1 == 2 }}'], errorMessage: 'one is not two' },
        reason: /one is not two|1 assertion/,
      },
    },
    {
      type: 'core.execution.Fail',
      good: { props: { condition: '{{ false }}' } },
      bad: { props: { errorMessage: 'on purpose' }, reason: /on purpose/ },
    },
    {
      type: 'core.execution.Labels',
      good: { props: { labels: { colour: 'red' } } },
      bad: { props: { labels: "{{ 'no map' }}" }, reason: /labels of "one" .*no JSON map or list/ },
    },
    {
      type: 'core.flow.Sleep',
      good: { props: { duration: 'PT0.01S' } },
      bad: { props: { duration: "{{ 'soon' }}" }, reason: /"duration" must be an ISO 8601 duration/ },
    },
    {
      type: 'core.trigger.Toggle',
      good: { props: { flowId: 'switched', trigger: 'yearly' } },
      bad: {
        props: { flowId: 'switched', trigger: 'ghost' },
        reason: /no trigger "ghost" in the flow "e2e\.switched"/,
      },
    },
  ]
}

function controlCases(): readonly TaskCase[] {
  const missing = { namespace: 'e2e', flowId: 'nowhere' }
  return [
    {
      type: 'core.flow.Sequential',
      good: { props: { tasks: [OK] } },
      bad: { props: { tasks: [BROKEN] }, reason: INSIDE },
    },
    {
      type: 'core.flow.Parallel',
      good: { props: { tasks: [OK] } },
      bad: { props: { tasks: [BROKEN] }, reason: INSIDE },
    },
    {
      type: 'core.flow.If',
      good: { props: { condition: '{{ true }}', then: [OK], else: [BROKEN] } },
      bad: { props: { condition: '{{ ghost }}', then: [OK] }, reason: GHOST.reason },
    },
    {
      type: 'core.flow.Switch',
      good: { props: { value: 'a', cases: { a: [OK], b: [BROKEN] } } },
      bad: { props: { value: '{{ ghost }}', cases: { a: [OK] } }, reason: GHOST.reason },
    },
    {
      type: 'core.flow.ForEach',
      good: { props: { values: [1, 2, 3], tasks: [OK] } },
      bad: { props: { values: "{{ 'no list' }}", tasks: [OK] }, reason: /no list|list/ },
    },
    { type: 'core.flow.AllowFailure', good: { props: { tasks: [OK] } } },
    {
      type: 'core.flow.Subflow',
      good: {
        props: { namespace: 'examples', flowId: 'hello-world', inputs: { name: 'Sub' } },
        outputs: { outputs: { greeting: 'Hello, Sub!' } },
      },
      bad: { props: missing, reason: /e2e\.nowhere/ },
    },
  ]
}

/** Jobs that control tasks stand for. */
function innerCases(): readonly TaskCase[] {
  return [
    {
      type: 'core.flow.ForEachItem$ForEachItemSplit',
      good: { file: 'a\nb\nc\n', props: { items: FILE, batch: { rows: 2 } } },
      bad: { file: 'x', props: { items: FILE, batch: { rows: 0 } }, reason: /batch\.rows.*greater than 0/ },
    },
    {
      type: 'core.flow.WorkingDirectory$Open',
      good: { props: { inputFiles: { 'a.txt': 'a' } } },
      bad: { props: { inputFiles: 'nonsense' }, reason: /inputFiles.*must be a map/ },
    },
    {
      type: 'core.flow.WorkingDirectory$Close',
      good: { props: { outputFiles: ['*.txt'] }, outputs: {} },
    },
    { type: 'core.flow.ForEachItem$ForEachItemMergeOutputs', good: { props: { numberOfBatches: 2 } } },
  ]
}

function storageCases(): readonly TaskCase[] {
  const noFile = (props: Props): BadUse => ({ props, reason: NO_FILE })
  return [
    {
      type: 'core.storage.Write',
      good: { props: { content: 'a{{ 1 }}' }, content: 'a1' },
      bad: { props: { content: '{{ ghost }}' }, reason: GHOST.reason },
    },
    {
      type: 'core.storage.Concat',
      good: { file: 'a', props: { files: [FILE, FILE], separator: '-' }, content: /^a-a-?$/ },
      bad: noFile({ files: [MISSING] }),
    },
    {
      type: 'core.storage.Reverse',
      good: { file: 'a\nb\n', props: { from: FILE }, content: /^\n?b\na\n?$/ },
      bad: noFile({ from: MISSING }),
    },
    {
      type: 'core.storage.Size',
      good: { file: 'four', props: { uri: FILE }, outputs: { size: 4 } },
      bad: noFile({ uri: MISSING }),
    },
    {
      type: 'core.storage.Delete',
      good: { file: 'x', props: { uri: FILE }, outputs: { deleted: true } },
      bad: noFile({ uri: MISSING, errorOnMissing: true }),
    },
    {
      type: 'core.storage.Split',
      good: { file: 'a\nb\nc\n', props: { from: FILE, rows: 2 } },
      bad: { file: 'x', props: { from: FILE }, reason: /bytes.*partitions.*rows/ },
    },
    {
      type: 'core.storage.DeduplicateItems',
      good: {
        file: ION,
        props: { from: FILE, expr: '{{ id }}' },
        outputs: { processedItemsTotal: 3, droppedItemsTotal: 1 },
        content: /Bob[^]*Cleo/,
      },
      bad: noFile({ from: MISSING, expr: '{{ id }}' }),
    },
    {
      type: 'core.storage.FilterItems',
      good: {
        file: ION,
        props: { from: FILE, filterCondition: '{{ id == 2 }}' },
        outputs: { processedItemsTotal: 3, droppedItemsTotal: 2 },
        content: /Bob/,
      },
      bad: { file: ION, props: { from: FILE, filterCondition: '{{ ghost }}' }, reason: /ghost/ },
    },
    {
      type: 'core.storage.LocalFiles',
      good: { props: { inputs: { 'a.txt': 'x' }, outputs: ['*.txt'] } },
      bad: { props: { inputs: { '../../a.txt': 'x' } }, reason: /\.\.\/a\.txt.*refused/ },
    },
    { type: 'core.storage.PurgeCurrentExecutionFiles', good: { file: 'x', props: {} } },
  ]
}

function httpCases(webUrl: string): readonly TaskCase[] {
  const broken = { props: { uri: `${webUrl}/broken` }, reason: /500/ }
  return [
    {
      type: 'core.http.Request',
      good: { props: { uri: `${webUrl}/hello` }, outputs: { code: 200, body: 'hello' } },
      bad: broken,
    },
    {
      type: 'core.http.SseRequest',
      good: { props: { uri: `${webUrl}/hello` }, outputs: { size: 1 }, content: /hello/ },
      bad: broken,
    },
    {
      type: 'core.http.Download',
      good: { props: { uri: `${webUrl}/hello` }, outputs: { code: 200, length: 5 }, content: 'hello' },
      bad: broken,
    },
  ]
}

function scriptCases(): readonly TaskCase[] {
  const answer = `'::{"outputs":{"answer":42}}::'`
  const outputs = { exitCode: 0, vars: { answer: 42 } }
  const bad = (props: Props): BadUse => ({ props: { ...PROCESS, ...props }, reason: /exit code 3/ })
  const good = (props: Props): GoodUse => ({ props: { ...PROCESS, ...props }, outputs })
  return [
    { type: 'scripts.shell.Script', good: good({ script: `echo ${answer}` }), bad: bad({ script: 'exit 3' }) },
    {
      type: 'scripts.shell.Commands',
      good: good({ commands: [`echo ${answer}`] }),
      bad: bad({ commands: ['exit 3', 'echo never'] }),
    },
    {
      type: 'scripts.python.Script',
      good: good({ script: `print(${answer})` }),
      bad: bad({ script: 'raise SystemExit(3)' }),
    },
    {
      type: 'scripts.python.Commands',
      good: good({ inputFiles: { 'a.py': `print(${answer})` }, commands: ['python3 a.py'] }),
      bad: bad({ commands: ['python3 -c "raise SystemExit(3)"'] }),
    },
    {
      type: 'scripts.node.Script',
      good: good({ script: `console.log(${answer})` }),
      bad: bad({ script: 'process.exit(3)' }),
    },
    {
      type: 'scripts.node.Commands',
      good: good({ inputFiles: { 'a.js': `console.log(${answer})` }, commands: ['node a.js'] }),
      bad: bad({ commands: ['node -e "process.exit(3)"'] }),
    },
  ]
}

function serdesCases(): readonly TaskCase[] {
  return [
    {
      type: 'serdes.csv.CsvToIon',
      good: { file: 'id,name\n1,Ada\n', props: { from: FILE }, outputs: { size: 1 }, content: /Ada/ },
      bad: { props: { from: MISSING }, reason: NO_FILE },
    },
    {
      type: 'serdes.csv.IonToCsv',
      good: { file: ION, props: { from: FILE }, outputs: { size: 3 }, content: 'id,name\n1,Ada\n2,Bob\n1,Cleo\n' },
      bad: { file: '{id:', props: { from: FILE }, reason: /value 1: not Ion: unexpected character at the end/ },
    },
    {
      type: 'serdes.json.JsonToIon',
      good: { file: '{"id": 1}\n{"id": 2}\n', props: { from: FILE }, outputs: { size: 2 } },
      bad: { file: '{"id": ', props: { from: FILE }, reason: CUT_OFF },
    },
    {
      type: 'serdes.json.IonToJson',
      good: { file: ION, props: { from: FILE }, content: /^\{"id":1,"name":"Ada"\}\n/ },
      bad: { file: '{id:', props: { from: FILE }, reason: /value 1: not Ion: unexpected character at the end/ },
    },
    {
      type: 'serdes.json.JsonToJsonl',
      good: { file: '[{"id": 1}, {"id": 2}]', props: { from: FILE }, content: '{"id":1}\n{"id":2}\n' },
      bad: { file: '[{"id": ', props: { from: FILE }, reason: CUT_OFF },
    },
  ]
}

function jdbcCases(url: string): readonly TaskCase[] {
  const db = { url, username: 'postgres' }
  const noTable = { reason: /relation "nowhere" does not exist/ }
  return [
    {
      type: 'jdbc.postgresql.Query',
      good: {
        props: { ...db, sql: 'select 1 as a, null as b', fetchType: 'FETCH' },
        outputs: { size: 1, rows: [{ a: 1, b: null }] },
      },
      bad: { props: { ...db, sql: 'select * from nowhere' }, ...noTable },
    },
    {
      type: 'jdbc.postgresql.Queries',
      good: {
        props: { ...db, sql: 'select 1 as a; select 2 as b;', fetchType: 'FETCH_ONE' },
        outputs: { outputs: [{ row: { a: 1 } }, { row: { b: 2 } }] },
      },
      bad: { props: { ...db, sql: 'select 1; select * from nowhere' }, ...noTable },
    },
    {
      type: 'jdbc.postgresql.Batch',
      good: {
        file: ION,
        props: { ...db, from: FILE, table: 'batch_rows', columns: ['id', 'name'] },
        outputs: { rowCount: 3 },
      },
      bad: { file: ION, props: { ...db, from: FILE, table: 'nowhere', columns: ['id', 'name'] }, ...noTable },
    },
    {
      type: 'jdbc.postgresql.CopyIn',
      good: {
        file: '1,Ada\n2,Bob\n',
        props: { ...db, from: FILE, table: 'copy_rows', format: 'CSV' },
        outputs: { rowCount: 2 },
      },
      bad: {
        file: 'one,Ada\n',
        props: { ...db, from: FILE, table: 'copy_rows', format: 'CSV' },
        reason: /invalid input syntax for type integer: "one"/,
      },
    },
    {
      type: 'jdbc.postgresql.CopyOut',
      good: { props: { ...db, sql: "select 1, 'Ada'", format: 'CSV' }, outputs: { rowCount: 1 }, content: '1,Ada\n' },
      bad: { props: { ...db, table: 'nowhere', format: 'CSV' }, ...noTable },
    },
  ]
}
