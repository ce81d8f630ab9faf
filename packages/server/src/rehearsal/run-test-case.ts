// One case of a suite: the stage is set from its fixtures, the execution played to its end, or to where it waits for somebody, and every
// assertion held against what came out.
import {
  compileTemplate,
  evaluateAsync,
  hasExpression,
  holds,
  isList,
  isMap,
  mapEntries,
  mapFrom,
  scopeOf,
  valueChain,
  withFixtures,
  BatutaError,
  ExpressionError,
  Fuel,
  trust,
  type Assertion,
  type Birth,
  type ExecutionState,
  type Flow,
  type Operator,
  type Plan,
  type Scope,
  type TaskFixture,
  type TestCase,
  type Value,
  type ValueMap,
} from '@batuta/core'
import type { FileStore } from '@batuta/plugin-sdk'
import { askFor } from '../answers/ask.ts'
import { prepareBirth, problemText, scopeOf as startScope } from '../flows/births.ts'
import { birthOfTrigger } from '../flows/trigger-birth.ts'
import { setKey } from '../keys/key-store.ts'
import { typedValue } from '../keys/key-value.ts'
import type { StoredLogLine } from '../storage/batch.ts'
import { openStage, TENANT, type Script, type Stage, type StageOptions } from './stage.ts'
import { VirtualPlatform } from './virtual-platform.ts'

export interface CaseWorld {
  /** The flow under test first, then those that it may call. */
  readonly flows: readonly [Flow, ...Flow[]]
  readonly files: FileStore
  readonly startMs: number
  readonly environment: StageOptions['environment']
  readonly configuredRoots: ReadonlyMap<string, Value>
  readonly zone: string
  readonly locale: string
  openActors?: StageOptions['openActors']
}

export interface AssertionResult {
  readonly operator: Operator | 'state'
  readonly expected: Value
  readonly actual: Value
  readonly isSuccess: boolean
  /** What was asked for, as it is written. */
  readonly expression?: Value
  readonly taskId?: string
  readonly description?: string
  readonly errorMessage?: string
  /** Why the value could not be found out. */
  readonly problem?: string
}

export interface CaseResult {
  readonly id: string
  /** ERROR: the case could not be judged. */
  readonly state: 'SUCCESS' | 'FAILED' | 'ERROR' | 'SKIPPED'
  readonly executionState?: string
  readonly assertions: readonly AssertionResult[]
  readonly errors: readonly string[]
  /** The log of the execution from WARN on, of a case that did not succeed. */
  readonly logs: readonly string[]
  /** The tasks that the execution came by, each with the state of its last run. */
  readonly tasks?: readonly { readonly id: string; readonly state: string }[]
}

const DIALECT_OF_FIXTURES = 1

export async function runTestCase(testCase: TestCase, world: CaseWorld): Promise<CaseResult> {
  const { id, disabled } = testCase
  if (disabled) return { id, state: 'SKIPPED', assertions: [], errors: [], logs: [] }
  const files = await storeFiles(testCase, world)
  const notices: string[] = []
  const stage = await openStage(await stageOptions(testCase, world, { files, notices }))
  try {
    return await playCase(testCase, world, { stage, files, notices })
  } catch (error) {
    return errorOf(id, [error instanceof Error ? error.message : String(error)])
  } finally {
    await stage.close()
  }
}

function errorOf(id: string, errors: readonly string[]): CaseResult {
  return { id, state: 'ERROR', assertions: [], errors, logs: [] }
}

async function storeFiles({ fixtures, id }: TestCase, { files, flows }: CaseWorld): Promise<ValueMap> {
  const [{ namespace, id: flowId }] = flows
  const uris: [string, Value][] = []
  for (const [name, content] of fixtures.files) {
    const uri = `kestra:///${namespace.replaceAll('.', '/')}/${flowId}/tests/${encodeURIComponent(id)}/${encodeURIComponent(name)}`
    await files.put(uri, content)
    uris.push([name, uri])
  }
  return mapFrom(uris)
}

interface Noted {
  readonly files: ValueMap
  readonly notices: string[]
}

async function stageOptions(testCase: TestCase, world: CaseWorld, { files, notices }: Noted): Promise<StageOptions> {
  const { fixtures } = testCase
  const [flow, ...others] = world.flows
  const secrets = Array.from(fixtures.secrets, ([name, text]) => [
    `SECRET_${name.toUpperCase()}`,
    Buffer.from(text).toString('base64'),
  ])
  const render = rendererOf(world, files)
  const tasks = fixtures.tasks.map(fixture => ({ ...fixture, outputs: render(fixture.outputs) }))
  return {
    platform: new VirtualPlatform(world.startMs, testCase.id),
    flows: [withFixtures(flow, new Set(tasks.map(({ id }) => id))), ...others],
    files: world.files,
    environment: { ...world.environment, ...Object.fromEntries(secrets) },
    configuredRoots: new Map([...world.configuredRoots, ['files', files]]),
    zone: world.zone,
    locale: world.locale,
    script: scriptOf(tasks),
    ...(world.openActors && { openActors: world.openActors }),
    onNotice: (message, error) =>
      void notices.push(
        error === undefined ? message : `${message}: ${error instanceof Error ? error.message : String(error)}`,
      ),
  }
}

/** Fixtures may name files and what the configuration gives. */
function rendererOf(
  { startMs, zone, locale, configuredRoots }: CaseWorld,
  files: ValueMap,
): (map: ValueMap) => ValueMap {
  const scope = (): Scope => ({
    lookup: root => (root === 'files' ? files : configuredRoots.get(root)),
    nowMs: startMs,
    random: () => 0,
    zone,
    locale,
    fuel: new Fuel(),
  })
  const render = (value: Value): Value => {
    if (typeof value === 'string')
      return hasExpression(value)
        ? compileTemplate(value, { dialect: DIALECT_OF_FIXTURES }).renderTyped(scope())
        : value
    if (isList(value)) return value.map(render)
    return isMap(value) ? renderMap(value) : value
  }
  const renderMap = (map: ValueMap): ValueMap =>
    mapFrom(Array.from(mapEntries(map), ([key, item]) => [key, render(item)] as const))
  return renderMap
}

/** The fixture of a run, by its task and the values of the loops around it; each attempt takes the next of several. */
export function scriptOf(fixtures: readonly (TaskFixture & { readonly outputs: ValueMap })[]): Script {
  return async (job, state) => {
    const run = state.runs.at(job.key.run)
    const chain = run === undefined ? [] : valueChain(state, run)
    const fitting = fixtures.filter(
      ({ id, value }) =>
        id === job.taskId && (value === undefined || value === chain.join('/') || value === chain.at(-1)),
    )
    const special = fitting.filter(({ value }) => value !== undefined)
    const those = special.length > 0 ? special : fitting
    const chosen = those[Math.min(job.attempt, those.length - 1)]
    return chosen && { state: chosen.state, outputs: chosen.outputs }
  }
}

interface Scene extends Noted {
  readonly stage: Stage
}

async function playCase(testCase: TestCase, world: CaseWorld, scene: Scene): Promise<CaseResult> {
  const { stage, files, notices } = scene
  const [flow] = world.flows
  const executionId = stage.newId()
  for (const [key, value] of mapEntries(testCase.fixtures.kv))
    await setKey(stage.answers, {
      tenant: TENANT,
      namespace: flow.namespace,
      key,
      content: typedValue(value, undefined, flow.dialect),
      description: undefined,
      isOverwriting: true,
    })
  const prepared = await birthOf(testCase, world, { stage, files, executionId })
  if ('problem' in prepared) return errorOf(testCase.id, [prepared.problem])
  await stage.engine.submit({ type: 'create', executionId, birth: prepared.birth })
  await stage.play()
  const seen = await stage.look(executionId)
  if (seen === undefined) return errorOf(testCase.id, ['The execution cannot be read.', ...notices])
  return await judge(testCase, { ...seen, scene, world })
}

interface Start {
  readonly stage: Stage
  readonly files: ValueMap
  readonly executionId: string
}

async function birthOf(
  { fixtures }: TestCase,
  world: CaseWorld,
  { stage, files, executionId }: Start,
): Promise<{ readonly birth: Birth } | { readonly problem: string }> {
  const [flow] = world.flows
  const entry = stage.flows.newest({ tenant: TENANT, namespace: flow.namespace, flowId: flow.id })
  if (entry === undefined) return { problem: 'The flow could not be stored.' }
  const plan = stage.flows.planOf(entry)
  const inputs = rendererOf(world, files)(fixtures.inputs)
  const asker = { tenant: TENANT, namespace: flow.namespace, flowId: flow.id, executionId, dialect: flow.dialect }
  const start = stage.startWorld()
  const place = { world: start, ask: askFor(stage.answers, asker) }
  const { trigger: fixture } = fixtures
  if (fixture === undefined) {
    const prepared = await prepareBirth(executionId, { plan, inputs }, place)
    return 'birth' in prepared ? { birth: prepared.birth } : { problem: problemText(prepared.problems) }
  }
  const { id, type, variables } = fixture
  const declared = flow.triggers.find(trigger => trigger.id === id)
  if (declared === undefined) {
    const trigger = { id, type: type ?? '', variables }
    const prepared = await prepareBirth(executionId, { plan, inputs, trigger }, place)
    return 'birth' in prepared ? { birth: prepared.birth } : { problem: problemText(prepared.problems) }
  }
  const scope = startScope(plan, start)
  const seen: Scope = { ...scope, lookup: root => (root === 'trigger' ? variables : scope.lookup(root)) }
  const born = await birthOfTrigger(executionId, { plan, trigger: declared, variables, scope: seen, inputs }, place)
  return 'problem' in born ? { problem: born.problem } : { birth: born.birth }
}

interface Ended {
  readonly state: ExecutionState
  readonly plan: Plan
  readonly scene: Scene
  readonly world: CaseWorld
}

async function judge(testCase: TestCase, ended: Ended): Promise<CaseResult> {
  const { state, scene } = ended
  const assertions: AssertionResult[] = []
  for (const assertion of testCase.assertions) assertions.push(...(await judgeAssertion(assertion, ended)))
  const ending = judgeEnding(testCase, state)
  if (ending !== undefined) assertions.push(ending)
  const errors = [...scene.notices, ...(state.problem === undefined ? [] : [state.problem])]
  const isSuccess = assertions.every(assertion => assertion.isSuccess) && scene.notices.length === 0
  const isKnown = assertions.every(({ problem }) => problem === undefined) && scene.notices.length === 0
  return {
    id: testCase.id,
    state: isSuccess ? 'SUCCESS' : isKnown ? 'FAILED' : 'ERROR',
    executionState: state.state,
    assertions,
    errors,
    logs: isSuccess ? [] : await logsOf(scene.stage, state.id),
    tasks: tasksOf(ended),
  }
}

function tasksOf({ state, plan }: Ended): NonNullable<CaseResult['tasks']> {
  const states = new Map<string, string>()
  state.runs.flatMap(run => {
    const task = plan.tasks[run.task]
    if (task !== undefined && !run.isRemoved && !run.isInner && task.isHidden !== true) states.set(task.id, run.state)
    return []
  })
  return Array.from(states, ([id, last]) => ({ id, state: last }))
}

const GOOD_ENDS: readonly string[] = ['SUCCESS', 'WARNING']
const SPEAKS_OF_STATE = /execution\.state|\btasks\b|tasksWithState/

/** How the execution ended: as the case says, or well, unless an assertion looks at it itself. */
function judgeEnding({ expectedState, assertions }: TestCase, { state }: ExecutionState): AssertionResult | undefined {
  if (expectedState !== undefined)
    return { operator: 'state', expected: expectedState, actual: state, isSuccess: state === expectedState }
  const isAsked = assertions.some(({ value }) => typeof value === 'string' && SPEAKS_OF_STATE.test(value))
  if (isAsked || GOOD_ENDS.includes(state)) return undefined
  return { operator: 'state', expected: [...GOOD_ENDS], actual: state, isSuccess: false }
}

async function judgeAssertion(assertion: Assertion, ended: Ended): Promise<readonly AssertionResult[]> {
  const { taskId, description, errorMessage, checks } = assertion
  const told = {
    ...(taskId !== undefined && { taskId }),
    ...(description !== undefined && { description }),
    ...(errorMessage !== undefined && { errorMessage }),
  }
  const actual = await valueOf(assertion.value, assertion, ended)
  const results: AssertionResult[] = []
  for (const { operator, expected: written } of checks) {
    const expected = await valueOf(written, assertion, ended)
    const problem = 'problem' in actual ? actual.problem : 'problem' in expected ? expected.problem : undefined
    const [found, wanted] = ['value' in actual ? actual.value : null, 'value' in expected ? expected.value : written]
    results.push({
      operator,
      expected: wanted,
      actual: found,
      isSuccess: problem === undefined && holds(operator, found, wanted),
      expression: assertion.value,
      ...told,
      ...(problem !== undefined && { problem }),
    })
  }
  return results
}

/** A name that does not exist reads as null: `isNull` asks for just that. */
async function valueOf(
  value: Value,
  { taskId, checks }: Assertion,
  { state, plan, scene, world }: Ended,
): Promise<{ readonly value: Value } | { readonly problem: string }> {
  if (typeof value !== 'string' || !hasExpression(value)) return { value }
  const run =
    taskId === undefined
      ? undefined
      : state.runs.findLast(({ task, isRemoved }) => plan.tasks[task]?.id === taskId && !isRemoved)
  if (taskId !== undefined && run === undefined) return { problem: `The task "${taskId}" did not run.` }
  const { stage } = scene
  const { configuredRoots, zone, locale } = world
  const env = {
    nowMs: stage.startWorld().nowMs,
    random: () => 0,
    zone,
    locale,
    fuel: new Fuel(),
    configuredRoots: new Map([...configuredRoots, ['files', scene.files]]),
    newId: () => stage.newId(),
    prepareChild: () => ({ problem: 'Nothing is started by an assertion.' }),
  }
  const scope = scopeOf({ state, plan, env }, run)
  const asker = { tenant: TENANT, namespace: state.namespace, flowId: state.flowId, executionId: state.id }
  const template = compileTemplate(value, { dialect: plan.flow.dialect })
  try {
    return { value: await evaluateAsync(inner => template.renderTyped(inner), scope, askFor(stage.answers, asker)) }
  } catch (error) {
    if (!(error instanceof ExpressionError || error instanceof BatutaError)) throw error
    const asksForNull = checks.some(({ operator }) => operator === 'isNull' || operator === 'isNotNull')
    if (error instanceof ExpressionError && error.kind === 'UNDEFINED' && asksForNull) return { value: null }
    return { problem: error.message }
  }
}

const WARN = 3
const LOGS_MAX = 100

async function logsOf({ store }: Stage, executionId: string): Promise<readonly string[]> {
  const rows = await store.read.logsOf({ executionId, levelMin: WARN, limit: LOGS_MAX })
  return rows.flatMap(({ lines }) =>
    trust<readonly StoredLogLine[]>(JSON.parse(lines)).map(
      ({ level, taskId, message }) => `${level} ${taskId === null ? '' : `${taskId}: `}${message}`,
    ),
  )
}
